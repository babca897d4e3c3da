// A graph as text that a person can read and compare: inputs, constants, nodes by place in the model, outputs.
// Knows nothing about files or terminals.
import {
  isExternal,
  isInMemory,
  type AttributeValue,
  type Constant,
  type Graph,
  type GraphNode,
  type NdData,
  type Value,
} from "./graph.js";
import { formatShape, formatType } from "./shape.js";
import { toNumbers } from "./data.js";

/** Constants of up to this many elements are written out. */
const SHOWN_ELEMENTS = 8;

function formatElements(data: NdData): string {
  const numbers = toNumbers(data);
  if (numbers.length > SHOWN_ELEMENTS) return `${data.dtype}${formatShape(data.shape)}`;
  const text = numbers.map((number) => Number(number.toPrecision(6))).join(", ");
  return data.shape.length === 0 ? text : `[${text}]`;
}

function formatAttribute(value: AttributeValue): string {
  if (typeof value === "string") return `"${value}"`;
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  if (typeof value === "object" && "dtype" in value) return formatElements(value);
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}

function formatInput(value: Value | undefined, small: ReadonlyMap<Value, string>): string {
  if (value === undefined) return "–";
  return small.get(value) ?? shortName(value);
}

/** Values made by nodes are told apart by their number alone; the place is written once per block. */
function shortName(value: Value): string {
  return value.name.slice(value.name.lastIndexOf("/") + 1);
}

function formatNode(node: GraphNode, small: ReadonlyMap<Value, string>): string {
  const outputs = node.outputs.map((output) => `${shortName(output)}: ${formatType(output)}`).join(", ");
  const inputs = node.inputs.map((input) => formatInput(input, small)).join(", ");
  const attributes = Object.entries(node.attributes).map(([name, value]) => `${name}=${formatAttribute(value)}`);
  const domain = node.domain === "" ? "" : `${node.domain}.`;
  const tail = attributes.length === 0 ? "" : ` {${attributes.join(", ")}}`;
  return `  ${outputs} = ${domain}${node.operator}(${inputs})${tail}`;
}

function smallConstants(constants: readonly Constant[]): ReadonlyMap<Value, string> {
  const small = new Map<Value, string>();
  for (const { value, data } of constants) {
    if (isInMemory(data) && data.data.length <= SHOWN_ELEMENTS) small.set(value, formatElements(data));
  }
  return small;
}

function formatConstant({ value, data }: Constant): string {
  const place = isExternal(data) ? ` in ${data.file} at ${data.offset}` : "";
  return `  ${value.name}: ${formatType(value)}${place}`;
}

function blocks(nodes: readonly GraphNode[], small: ReadonlyMap<Value, string>): readonly string[] {
  let scope: string | undefined;
  return nodes.flatMap((node) => {
    const header = node.scope === scope ? [] : [`${node.scope === "" ? "(top)" : node.scope}:`];
    scope = node.scope;
    return [...header, formatNode(node, small)];
  });
}

function operatorCounts(nodes: readonly GraphNode[]): string {
  const counts = new Map<string, number>();
  for (const { operator } of nodes) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  const sorted = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return sorted.map(([operator, count]) => `${operator} ${count}`).join(", ");
}

/** The whole graph as text, one line a node; the same graph always gives the same text. */
export function dumpGraph(graph: Graph): string {
  const small = smallConstants(graph.constants);
  const large = graph.constants.filter(({ value }) => !small.has(value));
  return [
    `graph ${graph.name} (opset ${graph.opset}, ${graph.nodes.length} nodes: ${operatorCounts(graph.nodes)})`,
    "inputs:",
    ...graph.inputs.map((value) => `  ${value.name}: ${formatType(value)}`),
    ...(large.length > 0 ? ["constants:", ...large.map(formatConstant)] : []),
    ...blocks(graph.nodes, small),
    "outputs:",
    ...graph.outputs.map((value) => `  ${value.name}: ${formatType(value)}`),
    "",
  ].join("\n");
}
