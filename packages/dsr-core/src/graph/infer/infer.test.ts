import { describe, expect, test } from "vitest";
import { openSession } from "../../runtime/index.js";
import { GraphBuilder } from "../builder.js";
import { boolData, float32Data, int64Data } from "../data.js";
import type { Attributes, NdData } from "../graph.js";
import { encodeOnnx } from "../onnx/index.js";
import { staticShape } from "../shape.js";
import { knownOperators } from "./index.js";

interface Example {
  readonly operator: string;
  readonly inputs: readonly (NdData | undefined)[];
  /** Positions of inputs that are constants. */
  readonly constants?: readonly number[];
  readonly attributes?: Attributes;
  readonly outputs?: number;
  readonly domain?: "com.microsoft";
}

function numbers(...shape: readonly number[]): NdData {
  const count = shape.reduce((product, length) => product * length, 1);
  return float32Data(
    shape,
    Array.from({ length: count }, (_, place) => 0.5 + ((place * 7) % 11) / 10),
  );
}
function bytes(...shape: readonly number[]): NdData {
  const length = shape.reduce((product, factor) => product * factor, 1);
  return { dtype: "uint8", shape, data: Uint8Array.from({ length }, (_, place) => place * 37) };
}
const list = (...elements: readonly number[]): NdData => int64Data([elements.length], elements);
const number = (element: number): NdData => int64Data([], [element]);
const mask = boolData([2, 1], [true, false]);

function each(operators: readonly string[], example: Omit<Example, "operator">): readonly Example[] {
  return operators.map((operator) => ({ operator, ...example }));
}

const EXAMPLES: readonly Example[] = [
  ...each(["Neg", "Abs", "Exp", "Log", "Sqrt", "Reciprocal", "Sigmoid", "Tanh", "Relu", "Erf", "Sin", "Cos"], {
    inputs: [numbers(2, 3)],
  }),
  ...each(["Floor", "Round", "Sign", "Identity", "Gelu", "Clip", "Softplus"], { inputs: [numbers(2, 3)] }),
  { operator: "QuickGelu", inputs: [numbers(2, 3)], domain: "com.microsoft" },
  ...each(["Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "Sum"], { inputs: [numbers(2, 1, 3), numbers(4, 1)] }),
  { operator: "Mod", inputs: [list(5, 7, 9), list(4)] },
  ...each(["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"], { inputs: [numbers(2, 3), numbers(3)] }),
  ...each(["And", "Or"], { inputs: [mask, boolData([3], [true, true, false])] }),
  { operator: "Not", inputs: [mask] },
  { operator: "Where", inputs: [mask, numbers(2, 3), numbers(1)] },
  { operator: "Cast", inputs: [numbers(2, 3)], attributes: { to: 7n } },
  ...["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceSumSquare", "ReduceL2"].flatMap((operator) => [
    { operator, inputs: [numbers(2, 3, 4), list(1, -1)], constants: [1], attributes: { keepdims: 0n } },
    { operator, inputs: [numbers(2, 3, 4), list(0)], constants: [1], attributes: { keepdims: 1n } },
    { operator, inputs: [numbers(2, 3)], attributes: { keepdims: 0n } },
  ]),
  ...each(["ArgMax", "ArgMin"], { inputs: [numbers(2, 3)], attributes: { axis: -1n, keepdims: 0n } }),
  ...each(["Softmax", "LogSoftmax"], { inputs: [numbers(2, 3)], attributes: { axis: -1n } }),
  { operator: "CumSum", inputs: [numbers(2, 3), number(1)], constants: [1] },
  { operator: "LayerNormalization", inputs: [numbers(2, 3, 4), numbers(4), numbers(4)], outputs: 3 },
  { operator: "SimplifiedLayerNormalization", inputs: [numbers(2, 3, 4), numbers(4)], outputs: 2 },
  { operator: "MatMul", inputs: [numbers(2, 1, 3, 4), numbers(5, 4, 2)] },
  {
    operator: "FusedMatMul",
    inputs: [numbers(2, 4, 3), numbers(2, 5, 4)],
    attributes: { transA: 1n, transB: 1n, alpha: 0.5 },
    domain: "com.microsoft",
  },
  {
    operator: "FusedMatMul",
    inputs: [numbers(3, 2, 4), numbers(2, 5, 4)],
    attributes: { transBatchA: 1n, transB: 1n },
    domain: "com.microsoft",
  },
  { operator: "Gemm", inputs: [numbers(4, 3), numbers(5, 4), numbers(5)], attributes: { transA: 1n, transB: 1n } },
  {
    operator: "Conv",
    inputs: [numbers(2, 3, 5, 8), numbers(4, 3, 2, 3), numbers(4)],
    attributes: { strides: [1n, 2n], pads: [1n, 0n, 0n, 1n] },
  },
  {
    operator: "MatMulNBits",
    inputs: [numbers(2, 3, 40), bytes(5, 2, 16), numbers(5, 2), bytes(5, 1)],
    constants: [1, 2, 3],
    attributes: { K: 40n, N: 5n, bits: 4n, block_size: 32n },
    domain: "com.microsoft",
  },
  { operator: "Transpose", inputs: [numbers(2, 3, 4)], attributes: { perm: [2n, 0n, 1n] } },
  { operator: "Reshape", inputs: [numbers(2, 3, 4), list(0, -1, 2)], constants: [1] },
  { operator: "Expand", inputs: [numbers(3, 1), list(2, 1, 4)], constants: [1] },
  { operator: "Concat", inputs: [numbers(2, 3), numbers(2, 1)], attributes: { axis: -1n } },
  { operator: "Split", inputs: [numbers(2, 5), list(2, 3)], constants: [1], attributes: { axis: 1n }, outputs: 2 },
  {
    operator: "Slice",
    inputs: [numbers(4, 7), list(1, -6), list(9, -1), list(0, 1), list(2, 3)],
    constants: [1, 2, 3, 4],
  },
  { operator: "Slice", inputs: [numbers(7), list(-2), list(-7), list(0), list(-2)], constants: [1, 2, 3, 4] },
  { operator: "Gather", inputs: [numbers(2, 5, 3), int64Data([2, 2], [0, 4, 1, 1])], attributes: { axis: 1n } },
  { operator: "GatherElements", inputs: [numbers(2, 5), int64Data([2, 2], [0, 4, 1, 1])], attributes: { axis: 1n } },
  { operator: "OneHot", inputs: [list(0, 2), list(3), numbers(2)], constants: [1], attributes: { axis: -1n } },
  { operator: "Unsqueeze", inputs: [numbers(2, 3), list(0, -1)], constants: [1] },
  { operator: "Squeeze", inputs: [numbers(1, 3, 1), list(0, -1)], constants: [1] },
  { operator: "Shape", inputs: [numbers(2, 3)] },
  { operator: "ConstantOfShape", inputs: [list(2, 3)], constants: [0] },
  { operator: "Trilu", inputs: [numbers(3, 4), number(1)], constants: [1] },
  { operator: "Pad", inputs: [numbers(2, 3), list(0, 1, 2, 0)], constants: [1] },
];

describe("inferred types are those of ONNX Runtime's results", () => {
  test.each(EXAMPLES)("$operator", async (example) => {
    const builder = new GraphBuilder();
    const feeds: Record<string, NdData> = {};
    const inputs = example.inputs.map((data, position) => {
      if (data === undefined || example.constants?.includes(position) === true)
        return data === undefined ? undefined : builder.constant(data);
      feeds[`input.${position}`] = data;
      return builder.input(`input.${position}`, data.dtype, data.shape);
    });
    const { domain = "", outputs = 1 } = example;
    const results = builder.emit(example.operator, inputs, example.attributes, { domain, outputs });
    results.forEach((result, position) => builder.output(`output.${position}`, result));
    const session = await openSession(encodeOnnx(builder.finish()).model, { device: "cpu", threads: 1 });
    const found = await session.run(feeds);
    for (const [position, result] of results.entries()) {
      const { dtype, shape } = found[`output.${position}`] ?? {};
      expect({ dtype, shape }).toEqual({ dtype: result.dtype, shape: staticShape(result.shape, "result") });
    }
    await session.close();
  });

  test("examples cover every operator that ONNX Runtime runs on CPUs", () => {
    const covered = new Set(EXAMPLES.map((example) => example.operator));
    // RMSNormalization is standard from operator set 23 on; SimplifiedLayerNormalization is the same before that.
    expect(knownOperators().filter((operator) => !covered.has(operator))).toEqual(["RMSNormalization"]);
  });
});
