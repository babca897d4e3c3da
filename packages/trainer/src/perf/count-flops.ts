// Counts the floating-point operations of a graph's products: two for each multiply-add.
// Knows nothing about how fast anything runs. Elementwise work is left out, as is usual in shares of peak.
import type { Graph, GraphNode, Value } from "@dsr/dsr-core/graph";

/**
 * Operations of one run of a graph of fixed lengths. Left out, because they are no work of the model: products with a
 * one-hot matrix (look-ups in disguise), and what the optimiser does (nodes in the scope `update`).
 */
export function countFlops(graph: Graph): number {
  const oneHot = new Set(graph.nodes.filter(({ operator }) => operator === "OneHot").flatMap(({ outputs }) => outputs));
  return graph.nodes.reduce((sum, node) => (isWork(node, oneHot) ? sum + flopsOf(node) : sum), 0);
}

function isWork({ inputs, scope }: GraphNode, oneHot: ReadonlySet<Value>): boolean {
  if (scope === "update" || scope.startsWith("update/")) return false;
  return !inputs.some((input) => input !== undefined && oneHot.has(input));
}

function flopsOf({ operator, inputs, outputs, attributes }: GraphNode): number {
  const [a, b] = inputs;
  const produced = elements(outputs[0]);
  switch (operator) {
    case "MatMul":
    case "Gemm":
    case "FusedMatMul":
      return 2 * produced * Number(a?.shape.at(attributes["transA"] === 1n ? -2 : -1) ?? 0);
    case "Conv":
      return (2 * produced * elements(b)) / Number(b?.shape[0] ?? 1);
    default:
      return 0;
  }
}

function elements(value: Value | undefined): number {
  return value === undefined ? 0 : value.shape.reduce((product: number, length) => product * Number(length), 1);
}
