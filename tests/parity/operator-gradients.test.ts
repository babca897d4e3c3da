import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Graph, GraphBuilder, type NdData, toNumbers } from "@dsr/dsr-core/graph";
import type { DeviceName } from "@dsr/dsr-core/runtime";
import { differentiableOperators, differentiate } from "@dsr/trainer/engine";
import { type Executor, type Program, createOnnxExecutor, createTensorflowExecutor } from "@dsr/trainer/executors";
import {
  type OperatorCase,
  type OperatorGoldens,
  largestError,
  readGolden,
  toAttribute,
  toNdData,
} from "./support/goldens.js";

const { reference, cases } = readGolden<OperatorGoldens>("operator-gradients.json");

/** Another device of ONNX Runtime for the same goldens; the WebGPU test sets it in a process of its own. */
const device = (process.env["DSR_TEST_DEVICE"] ?? "cpu") as DeviceName;
// float32 against float64 on sums of at most a dozen products; graphics devices compute sines to 2e-4 only.
const tolerance = device === "cpu" ? 3e-6 : 5e-4;

let onnx: Executor;
let tensorflow: Executor;
const largest = { outputs: 0, onnx: 0, tensorflow: 0, differences: 0 };

beforeAll(async () => {
  onnx = await createOnnxExecutor({ device, threads: 1 });
  tensorflow = await createTensorflowExecutor();
});

afterAll(() => {
  console.log(
    `${cases.length} cases, largest |difference| / max(1, |value|) against ${reference}: ` +
      `outputs ${largest.outputs.toExponential(1)}, gradients in ONNX Runtime on ${device} ${largest.onnx.toExponential(1)}, ` +
      `in TensorFlow.js ${largest.tensorflow.toExponential(1)}; ` +
      `gradients against TensorFlow.js's own forward differences ${largest.differences.toExponential(1)}`,
  );
});

interface BuiltCase {
  readonly forward: Graph;
  /** Outputs y0, y1 …, then gradients g0, g1 … of the inputs that have one. */
  readonly backward: Graph;
  readonly feeds: Readonly<Record<string, NdData>>;
  readonly seeds: Readonly<Record<string, NdData>>;
}

function buildCase(each: OperatorCase): BuiltCase {
  const feeds = Object.fromEntries(each.inputs.map((tensor, i) => [`x${i}`, toNdData(tensor)]));
  const seeds = Object.fromEntries(each.seeds.map((tensor, i) => [`s${i}`, toNdData(tensor)]));
  return { forward: buildGraph(each, false), backward: buildGraph(each, true), feeds, seeds };
}

function buildGraph(each: OperatorCase, backward: boolean): Graph {
  const builder = new GraphBuilder();
  const inputs = each.inputs.map(({ dtype, shape }, i) => builder.input(`x${i}`, dtype, shape));
  const constants = each.constants.map((tensor) => builder.constant(toNdData(tensor)));
  const attributes = Object.fromEntries(
    Object.entries(each.attributes).map(([name, value]) => [name, toAttribute(value)]),
  );
  const emitted = builder.emit(each.operator, [...inputs, ...constants], attributes, {
    domain: each.domain,
    outputs: each.nodeOutputs,
  });
  const outputs = emitted.slice(0, each.outputs.length);
  if (backward) {
    const seeds = outputs.map((value, i) => ({ value, gradient: builder.input(`s${i}`, value.dtype, value.shape) }));
    const gradients = differentiate(builder, seeds, inputs);
    inputs.forEach((input, i) => {
      const gradient = gradients.get(input);
      if (gradient !== undefined) builder.output(`g${i}`, gradient);
    });
  }
  outputs.forEach((value, i) => builder.output(`y${i}`, value));
  return builder.finish();
}

async function runOnce(executor: Executor, graph: Graph, feeds: Readonly<Record<string, NdData>>) {
  const program = await executor.load(graph);
  const results = await program.run(feeds);
  await program.close();
  return results;
}

describe(`outputs and gradients as ${reference} has them`, () => {
  test.each(cases.map((each) => [each.name, each] as const))("%s", async (_, each) => {
    const built = buildCase(each);
    for (const executor of [onnx, tensorflow]) {
      const results = await runOnce(executor, built.backward, { ...built.feeds, ...built.seeds });
      each.outputs.forEach((output, i) => {
        const error = largestError(results[`y${i}`], output);
        largest.outputs = Math.max(largest.outputs, error);
        expect(error).toBeLessThan(tolerance);
      });
      each.gradients.forEach((gradient, i) => {
        if (gradient === null) return;
        const error = largestError(results[`g${i}`], gradient);
        const place = executor.name === "onnxruntime" ? "onnx" : "tensorflow";
        largest[place] = Math.max(largest[place], error);
        expect(error).toBeLessThan(tolerance);
      });
    }
  });
});

/** Operators with corners: differences must not reach across one, so their steps are small. */
const cornered = new Set(["Abs", "Relu", "Clip", "Min", "Max", "ReduceMax", "ReduceMin"]);

describe("gradients against differences of the TensorFlow.js executor's own forward runs", () => {
  test.each(cases.map((each) => [each.name, each] as const))("%s", async (_, each) => {
    const built = buildCase(each);
    const results = await runOnce(onnx, built.backward, { ...built.feeds, ...built.seeds });
    const program = await tensorflow.load(built.forward);
    for (const [i, gradient] of each.gradients.entries()) {
      if (gradient === null) continue;
      const differences = await forwardDifferences(program, built, `x${i}`, cornered.has(each.operator) ? 2e-3 : 1e-2);
      const error = largestError(results[`g${i}`], { ...gradient, data: differences });
      largest.differences = Math.max(largest.differences, error);
      // Rounding of float32 outputs (about 1e-6 in sums) over steps of 2e-3 and 1e-2.
      expect(error).toBeLessThan(cornered.has(each.operator) ? 5e-3 : 1e-3);
    }
    await program.close();
  });
});

/** Fourth-order central differences of Σ output·seed by each element of one input. */
async function forwardDifferences(
  program: Program,
  built: BuiltCase,
  name: string,
  step: number,
): Promise<readonly number[]> {
  const input = built.feeds[name];
  const objective = async (element: number, offset: number): Promise<number> => {
    const data = Float32Array.from(input?.data as Float32Array);
    data[element] = (data[element] ?? 0) + offset;
    const feeds = { ...built.feeds, [name]: { dtype: "float32", shape: input?.shape ?? [], data } as const };
    return dot(await program.run(feeds), built.seeds);
  };
  const found: number[] = [];
  for (let i = 0; i < (input?.data.length ?? 0); i++) {
    const [near, far] = [
      (await objective(i, step)) - (await objective(i, -step)),
      (await objective(i, 2 * step)) - (await objective(i, -2 * step)),
    ];
    found.push((8 * near - far) / (12 * step));
  }
  return found;
}

function dot(outputs: Readonly<Record<string, NdData>>, seeds: BuiltCase["seeds"]): number {
  return Object.entries(seeds).reduce((sum, [name, seed]) => {
    const output = outputs[name.replace("s", "y")];
    const numbers = output === undefined ? [] : toNumbers(output);
    return toNumbers(seed).reduce((partial, number, i) => partial + number * (numbers[i] ?? NaN), sum);
  }, 0);
}

test("every operator with a gradient rule has a golden", () => {
  const covered = new Set(cases.map(({ operator }) => operator));
  // Another name of SimplifiedLayerNormalization (operator set 23), and a cast, whose gradient is a cast.
  const declared = new Set(["RMSNormalization", "Cast"]);
  expect(differentiableOperators().filter((operator) => !covered.has(operator) && !declared.has(operator))).toEqual([]);
});
