// A graph as text: of an ONNX file, or of a recipe's training step.
// Knows nothing about command lines.
import { readFileSync } from "node:fs";
import { InputError, messageOf } from "@dsr/env-bridge/contract";
import { type Graph, decodeOnnx, dumpGraph } from "@dsr/dsr-core/graph";
import { countFlops } from "../perf/count-flops.js";
import { findRecipe, recipes } from "./index.js";

export interface ShowGraphOptions {
  /** Only the counts. */
  readonly summary?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** The text of a graph; `target` is a path ending in `.onnx` or a recipe's name. Throws InputError for anything else. */
export function showGraph(target: string, { summary = false, settings = {} }: ShowGraphOptions = {}): string {
  const graph = target.endsWith(".onnx") ? readGraph(target) : graphOfRecipe(target, settings);
  return summary ? summarize(graph) : `${dumpGraph(graph)}\n${summarize(graph)}`;
}

function readGraph(path: string): Graph {
  try {
    return decodeOnnx(readFileSync(path));
  } catch (cause) {
    throw new InputError(`${path}: expected an ONNX model, found: ${messageOf(cause)}`, { cause });
  }
}

function graphOfRecipe(name: string, settings: Readonly<Record<string, unknown>>): Graph {
  if (name.includes("/") || name.includes(".")) {
    const known = recipes.map((each) => each.name).join(", ");
    throw new InputError(`'${name}': expected a path ending in .onnx or a recipe (${known})`);
  }
  return findRecipe(name).prepare(settings).training.graph;
}

/** `674 nodes, 38 inputs …; 151 Mul, 98 Add …`. */
function summarize(graph: Graph): string {
  const counts = new Map<string, number>();
  for (const { operator } of graph.nodes) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  const operators = [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([name, count]) => `${count} ${name}`);
  const flops = countFlops(graph);
  const products = Number.isFinite(flops) ? `, ${(flops / 1e9).toPrecision(3)} GFLOP in products` : "";
  const { nodes, inputs, outputs, constants } = graph;
  const sizes = `${nodes.length} nodes, ${inputs.length} inputs, ${outputs.length} outputs, ${constants.length} constants`;
  return `${graph.name}: ${sizes}${products}\n${operators.join(", ")}`;
}
