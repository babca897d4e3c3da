import { memory } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { createRandom } from "@dsr/env-bridge/contract";
import {
  type Attributes,
  type DType,
  GraphBuilder,
  type NdData,
  boolData,
  float32Data,
  int64Data,
  knownOperators,
  toNumbers,
  zerosData,
} from "@dsr/dsr-core/graph";
import { createExecutor } from "./create-executor.js";
import type { Executor } from "./executor.js";
import { createOnnxExecutor } from "./onnx-executor.js";
import { createTensorflowExecutor } from "./tensorflow/tensorflow-executor.js";
import { repairForWebgpu } from "./webgpu-repair.js";

const random = createRandom("executors");

/** Numbers away from the places where operators jump. */
function numbers(shape: readonly number[], low = -2, high = 2): NdData {
  const data = zerosData("float32", shape);
  for (let i = 0; i < data.data.length; i++) data.data[i] = random.uniform(low, high);
  return data;
}

interface Case {
  readonly operator: string;
  readonly inputs: readonly (NdData | undefined)[];
  readonly attributes?: Attributes;
  readonly outputs?: number;
  readonly domain?: "com.microsoft";
  /** Inputs from this position on are constants (shapes, axes). */
  readonly constantsFrom?: number;
}

const one = (operator: string, ...inputs: readonly NdData[]): Case => ({ operator, inputs });
const unary = (low: number, high: number, ...operators: readonly string[]) =>
  operators.map((operator) => one(operator, numbers([2, 3], low, high)));
const binary = (...operators: readonly string[]) =>
  operators.map((operator) => one(operator, numbers([2, 1, 3], 0.5, 2), numbers([4, 1], 0.5, 2)));
const withConstants = (
  operator: string,
  x: NdData,
  constants: readonly NdData[],
  attributes: Attributes = {},
  outputs = 1,
): Case => ({
  operator,
  inputs: [x, ...constants],
  attributes,
  outputs,
  constantsFrom: 1,
});
const list = (...elements: readonly number[]) => int64Data([elements.length], elements);
const masks = [boolData([2, 2], [true, false, true, false]), boolData([2, 2], [true, true, false, false])] as const;
const reductions = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceSumSquare", "ReduceL2"];

const cases: readonly Case[] = [
  ...unary(
    -2,
    2,
    "Neg",
    "Abs",
    "Exp",
    "Sigmoid",
    "Tanh",
    "Relu",
    "Erf",
    "Sin",
    "Cos",
    "Floor",
    "Round",
    "Sign",
    "Identity",
  ),
  ...unary(-2, 2, "Gelu", "Softplus", "Softmax", "LogSoftmax"),
  ...unary(0.1, 2, "Log", "Sqrt", "Reciprocal"),
  ...binary("Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "Sum", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"),
  { operator: "Sum", inputs: [numbers([2]), numbers([2]), numbers([1])] },
  { operator: "Gelu", inputs: [numbers([2, 3])], attributes: { approximate: "tanh" } },
  { operator: "QuickGelu", inputs: [numbers([2, 3])], attributes: { alpha: 1 }, domain: "com.microsoft" },
  one("Div", list(7, -7, 7, -7), list(2, 2, -2, -2)),
  one("Mod", list(7, 6, 5, 4), list(4)),
  one("Equal", list(1, 2, 3), list(1, 0, 3)),
  one("And", ...masks),
  one("Or", ...masks),
  one("Not", masks[0]),
  one("Where", masks[0], numbers([2, 2]), numbers([])),
  { operator: "Clip", inputs: [numbers([6]), float32Data([], [-0.5]), float32Data([], [1])] },
  { operator: "Cast", inputs: [numbers([5])], attributes: { to: 7n } },
  { operator: "Cast", inputs: [masks[1]], attributes: { to: 1n } },
  one("MatMul", numbers([2, 3, 4]), numbers([4, 5])),
  one("MatMul", numbers([2, 1, 3, 4]), numbers([3, 4, 5])),
  one("MatMul", numbers([3, 4]), numbers([2, 4, 5])),
  {
    operator: "FusedMatMul",
    inputs: [numbers([2, 4, 3]), numbers([2, 5, 4])],
    attributes: { transA: 1n, transB: 1n, alpha: 0.5 },
    domain: "com.microsoft",
  },
  {
    operator: "FusedMatMul",
    inputs: [numbers([3, 2, 4]), numbers([2, 4, 5])],
    attributes: { transBatchA: 1n },
    domain: "com.microsoft",
  },
  {
    operator: "Gemm",
    inputs: [numbers([4, 3]), numbers([5, 4]), numbers([5])],
    attributes: { transA: 1n, transB: 1n, alpha: 2, beta: 0.5 },
  },
  {
    operator: "Conv",
    inputs: [numbers([2, 3, 4, 7]), numbers([5, 3, 2, 3]), numbers([5])],
    attributes: { strides: [2n, 3n] },
  },
  {
    operator: "Conv",
    inputs: [numbers([1, 2, 2, 4, 4]), numbers([3, 2, 2, 2, 2])],
    attributes: { strides: [2n, 2n, 2n] },
  },
  { operator: "Transpose", inputs: [numbers([2, 3, 4])], attributes: { perm: [2n, 0n, 1n] } },
  withConstants("Reshape", numbers([2, 3, 4]), [list(0, -1)]),
  withConstants("Expand", numbers([3, 1]), [list(2, 1, 4)]),
  { operator: "Concat", inputs: [numbers([2, 1]), numbers([2, 3])], attributes: { axis: -1n } },
  withConstants("Split", numbers([2, 5]), [list(2, 3)], { axis: 1n }, 2),
  withConstants("Slice", numbers([4, 5]), [list(1, -3), list(3, 9223372036854775000), list(0, 1)]),
  withConstants("Slice", numbers([5]), [list(-1), list(-100), list(0), list(-2)]),
  { operator: "Gather", inputs: [numbers([4, 3]), int64Data([2, 2], [0, 3, -1, 1])], attributes: { axis: 0n } },
  { operator: "Gather", inputs: [numbers([2, 4, 3]), int64Data([2], [3, -2])], attributes: { axis: 1n } },
  {
    operator: "GatherElements",
    inputs: [numbers([3, 4]), int64Data([3, 2], [0, 3, -1, 1, 2, 2])],
    attributes: { axis: 1n },
  },
  withConstants("OneHot", int64Data([2, 2], [0, 2, -1, 5]), [list(4), float32Data([2], [-1, 3])], { axis: -1n }),
  withConstants("OneHot", int64Data([3], [0, 2, 1]), [list(4), float32Data([2], [0, 1])], { axis: 0n }),
  withConstants("Unsqueeze", numbers([2, 3]), [list(0, -1)]),
  withConstants("Squeeze", numbers([1, 3, 1]), [list(0, 2)]),
  one("Shape", numbers([2, 3])),
  {
    operator: "ConstantOfShape",
    inputs: [list(2, 2)],
    attributes: { value: float32Data([1], [0.25]) },
    constantsFrom: 0,
  },
  withConstants("Trilu", numbers([2, 3, 4]), [int64Data([], [1])], { upper: 0n }),
  withConstants("Trilu", numbers([3, 3]), [int64Data([], [0])], { upper: 1n }),
  withConstants("Pad", numbers([2, 3]), [list(1, 0, 0, 2), float32Data([], [0.5])]),
  withConstants("Pad", numbers([4, 3]), [list(-1, 0, 2, 0)]),
  ...reductions.map((operator) => withConstants(operator, numbers([2, 3, 4]), [list(0, -1)], { keepdims: 0n })),
  ...reductions.map((operator) => ({ operator, inputs: [numbers([2, 3])], attributes: { keepdims: 1n } })),
  { operator: "ArgMax", inputs: [numbers([3, 4])], attributes: { axis: -1n, keepdims: 0n } },
  { operator: "ArgMin", inputs: [numbers([3, 4])], attributes: { axis: 0n, keepdims: 1n } },
  { operator: "Softmax", inputs: [numbers([2, 3, 4])], attributes: { axis: 1n } },
  withConstants("CumSum", numbers([2, 4]), [int64Data([], [1])]),
  {
    operator: "LayerNormalization",
    inputs: [numbers([2, 3, 4]), numbers([4]), numbers([4])],
    attributes: { axis: -1n, epsilon: 1e-5 },
    outputs: 3,
  },
  {
    operator: "SimplifiedLayerNormalization",
    inputs: [numbers([2, 3, 4]), numbers([4])],
    attributes: { axis: -1n, epsilon: 1e-6 },
    outputs: 2,
  },
];

/**
 * ONNX's own name arrives with operator set 23; graphs here use ONNX Runtime's older one, which is the same. Products with
 * four-bit weights are for converted models, which are not trained.
 */
const declaredGaps = ["RMSNormalization", "MatMulNBits"];

function build({ operator, inputs, attributes = {}, outputs = 1, domain, constantsFrom = Infinity }: Case) {
  const builder = new GraphBuilder();
  const feeds: Record<string, NdData> = {};
  const values = inputs.map((data, i) => {
    if (data === undefined) return undefined;
    if (i >= constantsFrom) return builder.constant(data);
    feeds[`x${i}`] = data;
    return builder.input(`x${i}`, data.dtype, data.shape);
  });
  const results = builder.emit(operator, values, attributes, { outputs, ...(domain === undefined ? {} : { domain }) });
  // Normalisation's statistics are compared through the gradients that use them.
  results
    .slice(0, operator.endsWith("Normalization") ? 1 : outputs)
    .forEach((value, i) => builder.output(`y${i}`, value));
  return { graph: builder.finish(), feeds };
}

async function compute(executor: Executor, each: Case): Promise<readonly NdData[]> {
  const { graph, feeds } = build(each);
  const program = await executor.load(graph);
  const results = await program.run(feeds);
  await program.close();
  return graph.outputs.map(({ name }) => results[name] ?? float32Data([0], []));
}

function largestDifference(a: NdData, b: NdData): number {
  const [x, y] = [toNumbers(a), toNumbers(b)];
  return x.reduce((largest, number, i) => Math.max(largest, Math.abs(number - (y[i] ?? NaN))), 0);
}

let onnx: Executor;
let tensorflow: Executor;
let largest = 0;
beforeAll(async () => {
  onnx = await createOnnxExecutor({ device: "cpu", threads: 1 });
  tensorflow = await createTensorflowExecutor();
  console.log(`${onnx.description} against ${tensorflow.description}`);
});

describe("TensorFlow.js interprets every operator as ONNX Runtime runs it", () => {
  test.each(cases.map((each, i) => [`${each.operator} (case ${i})`, each] as const))("%s", async (_, each) => {
    const [expected, found] = [await compute(onnx, each), await compute(tensorflow, each)];
    expect(found.length).toBe(expected.length);
    expected.forEach((tensor, i) => {
      const other = found[i] ?? tensor;
      expect([other.dtype, other.shape]).toEqual([tensor.dtype, [...tensor.shape]]);
      const difference = largestDifference(tensor, other);
      largest = Math.max(largest, difference);
      // float32 sums of at most 60 products of numbers below 4; 5e-6 is some ten roundings.
      expect(difference).toBeLessThan(5e-6);
    });
  });

  test("every operator of the graph has a case or is declared", () => {
    console.log(`max |ONNX Runtime − TensorFlow.js| over ${cases.length} cases: ${largest.toExponential(2)}`);
    const covered = new Set([...cases.map(({ operator }) => operator), ...declaredGaps]);
    expect(knownOperators().filter((operator) => !covered.has(operator))).toEqual([]);
  });
});

/** sum ← sum + x, twice = 2·sum. */
function accumulator(dtype: DType = "float32") {
  const builder = new GraphBuilder();
  const [x, sum] = [builder.input("x", dtype, [2]), builder.input("sum", dtype, [2])];
  const next = builder.emitOne("Add", [sum, x]);
  builder.output("sum.next", next);
  builder.output("twice", builder.emitOne("Add", [next, next]));
  return builder.finish();
}

describe.each(["onnxruntime", "tensorflow"] as const)("%s", (name) => {
  const load = async () =>
    (await createExecutor(name, { device: "cpu", threads: 1 })).load(accumulator(), {
      carried: [{ input: "sum", output: "sum.next" }],
    });

  test("carries values from run to run", async () => {
    const program = await load();
    program.writeCarried(new Map([["sum", float32Data([2], [10, 20])]]));
    const x = float32Data([2], [1, 2]);
    for (let i = 1; i <= 3; i++) {
      const results = await program.run({ x });
      expect(Object.keys(results)).toEqual(["twice"]);
      expect(results["twice"]?.data).toEqual(Float32Array.of(2 * (10 + i), 2 * (20 + 2 * i)));
    }
    const copy = await program.readCarried();
    expect(copy).toEqual(new Map([["sum", float32Data([2], [13, 26])]]));
    await program.run({ x });
    expect(copy.get("sum")?.data).toEqual(Float32Array.of(13, 26));
    expect(program.statistics().runs).toBe(4);
    await program.close();
  });

  test("says when a carried value was never set", async () => {
    const program = await load();
    await expect(program.run({ x: float32Data([2], [1, 2]) })).rejects.toThrow(/'sum': expected .*found nothing/);
    await program.close();
  });
});

test("TensorFlow.js keeps no tensor of a closed program", async () => {
  const before = memory().numTensors;
  const program = await tensorflow.load(accumulator(), { carried: [{ input: "sum", output: "sum.next" }] });
  program.writeCarried(new Map([["sum", float32Data([2], [0, 0])]]));
  for (let i = 0; i < 3; i++) await program.run({ x: float32Data([2], [1, 2]) });
  await program.close();
  expect(memory().numTensors).toBe(before);
});

test("carried values must exist and keep their shape", async () => {
  const wrongName = onnx.load(accumulator(), { carried: [{ input: "sum", output: "none" }] });
  await expect(wrongName).rejects.toThrow("carried output 'none': expected one of the graph's 2");
  const program = await onnx.load(accumulator(), { carried: [{ input: "sum", output: "sum.next" }] });
  const wrongShape = new Map([["sum", float32Data([3], [1, 2, 3])]]);
  expect(() => program.writeCarried(wrongShape)).toThrow("carried 'sum': expected float32 [2], found float32 [3]");
  await program.close();
});

test("the repair for WebGPU computes the same statistic by elementary operators", async () => {
  const builder = new GraphBuilder();
  const [x, scale] = [builder.input("x", "float32", [2, 3, 4]), builder.input("scale", "float32", [4])];
  const attributes = { axis: -1n, epsilon: 1e-6 };
  const [y, statistic] = builder.emit("SimplifiedLayerNormalization", [x, scale], attributes, { outputs: 2 });
  for (const value of [y, statistic]) if (value !== undefined) builder.output(`out${value.id}`, value);
  const graph = builder.finish();
  const repaired = repairForWebgpu(graph);
  expect(repaired.nodes.find(({ operator }) => operator === "SimplifiedLayerNormalization")?.outputs.length).toBe(1);
  const feeds = { x: numbers([2, 3, 4]), scale: numbers([4]) };
  const [expected, found] = [await (await onnx.load(graph)).run(feeds), await (await onnx.load(repaired)).run(feeds)];
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, tensor] of Object.entries(expected)) {
    expect(largestDifference(tensor, found[name] ?? tensor)).toBeLessThan(1e-6);
  }
});

const unfused: readonly Case[] = [
  ...cases.filter(
    ({ operator, attributes }) => operator === "FusedMatMul" && attributes?.["transBatchA"] === undefined,
  ),
  {
    operator: "FusedMatMul",
    inputs: [numbers([4, 3]), numbers([5, 4])],
    attributes: { transA: 1n, transB: 1n, alpha: 2 },
    domain: "com.microsoft",
  },
  { operator: "LogSoftmax", inputs: [numbers([2, 3, 4])], attributes: { axis: 1n } },
  one("Sum", numbers([2, 3]), numbers([2, 3]), numbers([2, 3])),
];

test.each(unfused.map((each, i) => [`${each.operator} (case ${i})`, each] as const))(
  "the repair for WebGPU spells out %s",
  async (_, each) => {
    const { graph, feeds } = build(each);
    const repaired = repairForWebgpu(graph);
    expect(repaired.nodes.map(({ operator }) => operator)).not.toContain(each.operator);
    const [expected] = Object.values(await (await onnx.load(graph)).run(feeds));
    const [found] = Object.values(await (await onnx.load(repaired)).run(feeds));
    if (expected === undefined || found === undefined) throw new TypeError("a graph of one output");
    expect(found.shape).toEqual(expected.shape);
    expect(largestDifference(expected, found)).toBeLessThan(5e-6);
  },
);

test("TensorFlow.js says which backend it took, and fails in one line when the one asked for is missing", async () => {
  expect(tensorflow.description).toMatch(
    /^TensorFlow\.js 4\.\d+\.\d+ on (tfjs-node-gpu|tfjs-node|wasm|cpu)( \(not .*\))?$/,
  );
  expect((await createTensorflowExecutor("cpu")).description).toMatch(/ on cpu$/);
  await createTensorflowExecutor("wasm");
  await expect(createTensorflowExecutor("cuda")).rejects.toThrow(
    "TensorFlow.js: no backend works ('cuda' is not known)",
  );
});

test("an unknown executor gets the closest name", async () => {
  await expect(createExecutor("tensorflaw")).rejects.toThrow(
    "unknown executor 'tensorflaw': did you mean 'tensorflow'?",
  );
});
