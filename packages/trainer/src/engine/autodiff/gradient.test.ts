import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GraphBuilder, type Graph, type Value } from "@dsr/dsr-core/graph";
import { createOnnxExecutor } from "../../executors/onnx-executor.js";
import type { Executor, Program } from "../../executors/executor.js";
import { gradientCases } from "./gradient-cases.js";
import { gradientDifferences, inDoublePrecision, type GradientCase } from "./gradient-check.js";
import { differentiableOperators } from "./rules/index.js";

let executor: Executor;
const programs: Program[] = [];
beforeAll(async () => {
  executor = await createOnnxExecutor({ device: "cpu", threads: 1 });
});
afterAll(async () => {
  await Promise.all(programs.map((program) => program.close()));
});

async function load(graph: Graph): Promise<Program> {
  const program = await executor.load(graph);
  programs.push(program);
  return program;
}

const cases = gradientCases();

describe("gradients against central differences", () => {
  test.each(cases)("float32: $name", async (check) => {
    for (const { difference, size } of await gradientDifferences(check, load)) {
      // Steps of 1e-2: the third derivative contributes 1e-4 times itself, rounding 1e-5 of the objective.
      expect(difference).toBeLessThan(5e-3 * Math.max(1, size));
    }
  });

  test.each(cases.filter((check) => check.only === undefined))("float64: $name", async (check) => {
    for (const { difference, size } of await gradientDifferences(inDoublePrecision(check), load))
      expect(difference).toBeLessThan(1e-7 * Math.max(1, size));
  });
});

function operatorsOf(check: GradientCase): readonly string[] {
  const builder = new GraphBuilder();
  const inputs = Object.entries(check.inputs).map(([name, data]): readonly [string, Value] => [
    name,
    builder.input(name, data.dtype, data.shape),
  ]);
  check.build(builder, Object.fromEntries(inputs));
  return builder.nodes.map((node) => node.operator);
}

test("the cases use every operator that has a gradient", () => {
  const used = new Set(cases.flatMap(operatorsOf));
  expect(differentiableOperators().filter((operator) => !used.has(operator))).toEqual([]);
});
