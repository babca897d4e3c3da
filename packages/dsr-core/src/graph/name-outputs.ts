// Gives values that are only renamed to outputs their output's name, in place of a node that copies them.
// Knows nothing about what nodes compute.
import type { Graph, GraphNode, Value } from "./graph.js";

/** Which value becomes which output: the first renaming of a value that a node makes. */
function renamings(graph: Graph): ReadonlyMap<Value, Value> {
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  const outputs = new Set(graph.outputs);
  const renamed = new Map<Value, Value>();
  for (const node of graph.nodes) {
    const [[source], [target]] = [node.inputs, node.outputs];
    if (node.operator !== "Identity" || source === undefined || target === undefined) continue;
    const free = made.has(source) && !outputs.has(source) && !renamed.has(source);
    if (free && outputs.has(target)) renamed.set(source, target);
  }
  return renamed;
}

function renameNode(node: GraphNode, renamed: ReadonlyMap<Value, Value>): GraphNode {
  const nameOf = <Slot extends Value | undefined>(value: Slot): Slot | Value =>
    value === undefined ? value : (renamed.get(value) ?? value);
  return { ...node, inputs: node.inputs.map(nameOf), outputs: node.outputs.map(nameOf) };
}

/** The graph without nodes that only give a value an output's name. */
export function nameOutputs(graph: Graph): Graph {
  const renamed = renamings(graph);
  const copies = (node: GraphNode): boolean => {
    const [[source], [target]] = [node.inputs, node.outputs];
    return (
      node.operator === "Identity" && source !== undefined && target !== undefined && renamed.get(source) === target
    );
  };
  return { ...graph, nodes: graph.nodes.filter((node) => !copies(node)).map((node) => renameNode(node, renamed)) };
}
