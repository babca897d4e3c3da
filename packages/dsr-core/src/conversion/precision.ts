// The number formats of an ONNX set, their file names, and how a float32 graph is brought into each.
// Knows nothing about files. Suffixes are those of transformers.js.
import { CoreInputError } from "../errors.js";
import { closestName } from "../closest-name.js";
import type { Graph } from "../graph/graph.js";
import { quantizeWeights, toHalfPrecision } from "../graph/passes/index.js";

/** Float32; float16 weights and products; 4-bit weights with float32; 4-bit weights with float16. */
export const precisions = ["fp32", "fp16", "q4", "q4f16"] as const;

/** A number format of an ONNX set. */
export type Precision = (typeof precisions)[number];

const suffixes: Readonly<Record<Precision, string>> = { fp32: "", fp16: "_fp16", q4: "_q4", q4f16: "_q4f16" };

/** `onnx/<part><suffix>.onnx`. */
export function partFile(part: string, precision: Precision): string {
  return `onnx/${part}${suffixes[precision]}.onnx`;
}

/** The precision of a name. Throws CoreInputError with the closest name. */
export function checkPrecision(name: string): Precision {
  const found = precisions.find((each) => each === name);
  if (found !== undefined) return found;
  const closest = closestName(name, precisions);
  throw new CoreInputError(
    `precision: expected one of ${precisions.join(", ")}, found '${name}' (closest: ${closest})`,
  );
}

/**
 * Four-bit weights: 32 elements share a scale, and processors may round the other operand to 8 bits, which doubles the speed
 * of a token and adds 0.4% of error to the 6% that four bits have.
 */
const fourBits = { blockSize: 32, accuracyLevel: 4 } as const;

/**
 * The graph in a number format. In `q4` and `q4f16` matrices of products have four bits without zero points; look-up
 * tables are float16; norms, biases and what is not a product with a weight matrix are float32 (`q4`) or as in `fp16`.
 */
export function withPrecision(graph: Graph, precision: Precision): Graph {
  switch (precision) {
    case "fp32":
      return graph;
    case "fp16":
      return toHalfPrecision(graph);
    case "q4":
      return toHalfPrecision(quantizeWeights(graph, fourBits), { tablesOnly: true });
    case "q4f16":
      return toHalfPrecision(quantizeWeights(graph, fourBits));
  }
}
