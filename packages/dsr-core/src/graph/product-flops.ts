// Counts the floating-point operations of products: two for each multiply-add.
// Knows nothing about which products are work, or how fast anything runs.
import type { Dimension, GraphNode, Shape } from "./graph.js";

/**
 * Operations of a matrix product or convolution with the given lengths; 0 for other operators, since elementwise work
 * is left out, as is usual in shares of peak. `lengthOf` gives a dimension's value, and is asked for products alone.
 */
export function productFlops(
  { operator, inputs, outputs, attributes }: GraphNode,
  lengthOf: (length: Dimension) => number,
): number {
  const [a, b] = inputs;
  const [produced] = outputs;
  if (a === undefined || b === undefined || produced === undefined) return 0;
  switch (operator) {
    case "MatMul":
    case "Gemm":
    case "FusedMatMul":
      return 2 * elements(produced.shape, lengthOf) * lengthOf(a.shape.at(attributes["transA"] === 1n ? -2 : -1) ?? 1);
    case "Conv":
      return (2 * elements(produced.shape, lengthOf) * elements(b.shape, lengthOf)) / lengthOf(b.shape[0] ?? 1);
    default:
      return 0;
  }
}

function elements(shape: Shape, lengthOf: (length: Dimension) => number): number {
  return shape.reduce<number>((product, length) => product * lengthOf(length), 1);
}
