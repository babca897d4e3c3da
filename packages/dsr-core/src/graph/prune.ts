// Leaves out what no output needs.
// Knows nothing about what nodes compute.
import type { Graph, GraphNode, Value } from "./graph.js";

function neededValues(graph: Pick<Graph, "nodes" | "outputs">): ReadonlySet<Value> {
  const needed = new Set<Value>(graph.outputs);
  for (let position = graph.nodes.length - 1; position >= 0; position--) {
    const node = graph.nodes[position];
    if (node === undefined || !node.outputs.some((output) => needed.has(output))) continue;
    for (const input of node.inputs) if (input !== undefined) needed.add(input);
  }
  return needed;
}

function isNeeded(node: GraphNode, needed: ReadonlySet<Value>): boolean {
  return node.outputs.some((output) => needed.has(output));
}

/** The graph without nodes and constants that no output needs; inputs all stay. */
export function prune(graph: Graph): Graph {
  const needed = neededValues(graph);
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => isNeeded(node, needed)),
    constants: graph.constants.filter(({ value }) => needed.has(value)),
  };
}

/** The part of a graph that some of its values need, with those values as outputs and only the inputs they need. */
export function subgraph(graph: Graph, outputs: readonly Value[]): Graph {
  const part = prune({ ...graph, outputs });
  const needed = neededValues(part);
  return { ...part, inputs: part.inputs.filter((input) => needed.has(input)) };
}
