// How much memory a graph's inner values need when nodes run in the order given.
// Knows nothing about what executors really allocate; views (reshapes) count as copies.
import { bytesPerElement } from "./data.js";
import type { Graph, GraphNode, Value } from "./graph.js";
import { countElements, staticShape } from "./shape.js";

function bytesOf(value: Value): number {
  return bytesPerElement(value.dtype) * countElements(staticShape(value.shape, `value '${value.name}'`));
}

/** The last node that reads each value. */
function lastUses(nodes: readonly GraphNode[]): ReadonlyMap<Value, GraphNode> {
  const last = new Map<Value, GraphNode>();
  for (const node of nodes) for (const input of node.inputs) if (input !== undefined) last.set(input, node);
  return last;
}

/** Largest sum of bytes of values that are made by nodes and still needed, over the run; inputs and constants are left out. */
export function largestLiveBytes(graph: Graph): number {
  const last = lastUses(graph.nodes);
  const live = new Set<Value>();
  let [bytes, largest] = [0, 0];
  for (const node of graph.nodes) {
    for (const output of node.outputs.filter((each) => last.has(each))) {
      live.add(output);
      bytes += bytesOf(output);
    }
    largest = Math.max(largest, bytes);
    for (const input of node.inputs) {
      if (input === undefined || last.get(input) !== node || !live.delete(input)) continue;
      bytes -= bytesOf(input);
    }
  }
  return largest;
}
