// Counts the floating-point operations of a graph's products that are work of the model.
// Knows nothing about how fast anything runs.
import { type Graph, type GraphNode, type Value, productFlops } from "@dsr/dsr-core/graph";

/**
 * Operations of one run of a graph of fixed lengths. Left out, because they are no work of the model: products with a
 * one-hot matrix (look-ups in disguise), and what the optimiser does (nodes in the scope `update`).
 */
export function countFlops(graph: Graph): number {
  const oneHot = new Set(graph.nodes.filter(({ operator }) => operator === "OneHot").flatMap(({ outputs }) => outputs));
  return graph.nodes.reduce((sum, node) => (isWork(node, oneHot) ? sum + productFlops(node, Number) : sum), 0);
}

function isWork({ inputs, scope }: GraphNode, oneHot: ReadonlySet<Value>): boolean {
  if (scope === "update" || scope.startsWith("update/")) return false;
  return !inputs.some((input) => input !== undefined && oneHot.has(input));
}
