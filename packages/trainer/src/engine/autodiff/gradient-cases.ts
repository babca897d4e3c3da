// Small functions that together use every operator with a gradient, each in the ways that matter.
// Knows nothing about gradient rules; points lie away from places where functions have no derivative.
import { createRandom } from "@dsr/env-bridge/contract";
import * as g from "@dsr/dsr-core/graph";
import type { GraphBuilder, NdData, Value } from "@dsr/dsr-core/graph";
import type { GradientCase } from "./gradient-check.js";

const random = createRandom("gradient-cases");

/** Random numbers in [low, high). */
function numbers(shape: readonly number[], low = -1, high = 1): NdData {
  const count = shape.reduce((product, length) => product * length, 1);
  return g.float32Data(
    shape,
    Array.from({ length: count }, () => random.uniform(low, high)),
  );
}

/** Numbers at least 0.1 from zero and from each other. */
function spread(shape: readonly number[]): NdData {
  const count = shape.reduce((product, length) => product * length, 1);
  const order = Array.from({ length: count }, (_, place) => place).sort(() => random.float() - 0.5);
  return g.float32Data(
    shape,
    order.map((place) => (place - count / 2 + 0.5) * 0.2),
  );
}

function unary(
  name: string,
  of: (builder: GraphBuilder, x: Value) => Value | readonly Value[],
  x = spread([2, 3]),
): GradientCase {
  return { name, inputs: { x }, build: (builder, { x: value }) => of(builder, need(value)) };
}

function need(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError("a case names an input that it does not declare");
  return value;
}

type Inputs = Readonly<Record<string, Value>>;

/** A case of two inputs a and b. */
function binary(
  name: string,
  of: (builder: GraphBuilder, a: Value, b: Value) => Value | readonly Value[],
  a: NdData,
  b: NdData,
): GradientCase {
  return {
    name,
    inputs: { a, b },
    build: (builder, inputs: Inputs) => of(builder, need(inputs["a"]), need(inputs["b"])),
  };
}

function float32(check: GradientCase): GradientCase {
  return { ...check, only: "float32" };
}

const ELEMENTWISE = (): readonly GradientCase[] => [
  binary("add, broadcast both ways", g.add, numbers([2, 1, 3]), numbers([4, 1])),
  binary("subtract, scalar", g.subtract, numbers([2, 3]), numbers([])),
  binary("multiply, broadcast", g.multiply, numbers([2, 3]), numbers([3])),
  unary("multiply by itself", (builder, x) => g.multiply(builder, x, x)),
  unary("constant factor on a product", (builder, x) =>
    g.matrixProduct(builder, g.multiply(builder, x, 3), x, { transposeB: true }),
  ),
  binary("divide, broadcast", g.divide, numbers([2, 3]), numbers([2, 1], 0.5, 2)),
  unary("divide by itself", (builder, x) => g.divide(builder, x, x)),
  unary("power", (builder, x) => g.power(builder, x, 3), numbers([2, 3], 0.5, 1.5)),
  unary("sum of several", (builder, x) => g.addAll(builder, [x, g.negate(builder, x), g.square(builder, x)])),
  binary("maximum", g.maximum, spread([2, 3]), g.float32Data([3], [0.05, -0.05, 0.02])),
  binary("minimum", g.minimum, spread([2, 3]), g.float32Data([1], [0.05])),
  binary("where", (builder, a, b) => g.where(builder, g.greater(builder, a, 0), a, b), spread([2, 3]), numbers([3])),
  unary("clip", (builder, x) =>
    builder.emitOne("Clip", [x, scalarLike(builder, x, -0.25), scalarLike(builder, x, 0.25)]),
  ),
  unary("negate, identity", (builder, x) => builder.emitOne("Identity", [g.negate(builder, x)])),
  float32(unary("cast there and back", (builder, x) => g.cast(builder, g.cast(builder, x, "float64"), "float32"))),
];

function scalarLike(builder: GraphBuilder, x: Value, number: number): Value {
  return builder.scalar(number, x.dtype);
}

const FUNCTIONS = (): readonly GradientCase[] => [
  unary("absolute", g.absolute),
  unary("exponential", g.exponential),
  unary("logarithm", g.logarithm, numbers([2, 3], 0.5, 2)),
  unary("square root", g.squareRoot, numbers([2, 3], 0.5, 2)),
  unary("reciprocal", g.reciprocal, numbers([2, 3], 0.5, 2)),
  unary("sigmoid", g.sigmoid),
  unary("tanh", g.tanh),
  float32(unary("error function", g.errorFunction)),
  float32(unary("sine", g.sine)),
  float32(unary("cosine", g.cosine)),
  float32(unary("softplus", (builder, x) => builder.emitOne("Softplus", [x]))),
  unary("relu", g.relu),
  unary("squared relu", g.squaredRelu),
  float32(unary("silu", g.silu)),
  float32(unary("quick gelu", g.quickGelu)),
  float32(unary("gelu", (builder, x) => g.gelu(builder, x))),
  float32(unary("gelu by tanh", (builder, x) => g.gelu(builder, x, "tanh"))),
  unary(
    "floor stops the gradient",
    (builder, x) => g.add(builder, g.floor(builder, x), g.square(builder, x)),
    numbers([2, 3], 0.2, 0.8),
  ),
];

const REDUCTIONS = (): readonly GradientCase[] => [
  unary("sum, kept axis", (builder, x) => g.sum(builder, x, [1], { keep: true })),
  unary("sum of all", (builder, x) => g.square(builder, g.sum(builder, x))),
  unary("mean", (builder, x) => g.square(builder, g.mean(builder, x, [-2]))),
  unary("largest", (builder, x) => g.largest(builder, x, [1])),
  unary("smallest", (builder, x) => g.smallest(builder, x, [0], { keep: true })),
  unary("sum of squares", (builder, x) => g.sumOfSquares(builder, x, [1])),
  unary("length", (builder, x) => builder.emitOne("ReduceL2", [x, builder.integers([1])], { keepdims: 0n })),
  unary("running sum", (builder, x) => g.square(builder, g.cumulativeSum(builder, x, 1))),
  unary("softmax", (builder, x) => g.square(builder, g.softmax(builder, x))),
  unary("softmax, other axis", (builder, x) => g.square(builder, g.softmax(builder, x, 0))),
  unary("log-softmax", (builder, x) => g.square(builder, g.logSoftmax(builder, x))),
  {
    name: "layer normalisation",
    only: "float32",
    inputs: { x: numbers([2, 3, 4]), scale: numbers([4], 0.5, 1.5), bias: numbers([4]) },
    build: (builder, { x, scale, bias }) =>
      g.square(builder, g.layerNormalization(builder, need(x), need(scale), { bias: need(bias) })),
  },
  float32(
    binary(
      "layer normalisation without bias",
      (builder, a, b) => g.square(builder, g.layerNormalization(builder, a, b)),
      numbers([3, 4]),
      numbers([4], 0.5, 1.5),
    ),
  ),
  float32(
    binary(
      "rms normalisation",
      (builder, a, b) => g.square(builder, g.rmsNormalization(builder, a, b)),
      numbers([2, 3, 4]),
      numbers([4], 0.5, 1.5),
    ),
  ),
];

const PRODUCTS = (): readonly GradientCase[] => [
  binary("matrix product", g.matMul, numbers([2, 3]), numbers([3, 4])),
  binary("batched matrix product", g.matMul, numbers([2, 2, 3]), numbers([2, 3, 2])),
  binary("product with one matrix", g.matMul, numbers([2, 2, 3]), numbers([3, 4])),
  binary("product, broadcast batch", g.matMul, numbers([2, 1, 2, 3]), numbers([2, 3, 2])),
  ...[0, 1, 2, 3].map((bits) => {
    const [transposeA, transposeB] = [(bits & 1) === 1, (bits & 2) === 2];
    return float32(
      binary(
        `fused product${transposeA ? ", a transposed" : ""}${transposeB ? ", b transposed" : ""}`,
        (builder, a, b) => g.matrixProduct(builder, a, b, { transposeA, transposeB, alpha: 0.5 }),
        numbers(transposeA ? [2, 3, 2] : [2, 2, 3]),
        numbers(transposeB ? [2, 4, 3] : [2, 3, 4]),
      ),
    );
  }),
  float32(
    binary(
      "fused product with one matrix",
      (builder, a, b) => g.matrixProduct(builder, a, b, { transposeB: true, alpha: 2 }),
      numbers([2, 2, 3]),
      numbers([4, 3]),
    ),
  ),
  ...[0, 1, 2, 3].map((bits): GradientCase => {
    const [transposeA, transposeB] = [(bits & 1) === 1, (bits & 2) === 2];
    return {
      name: `gemm${transposeA ? ", a transposed" : ""}${transposeB ? ", b transposed" : ""}`,
      inputs: { a: numbers(transposeA ? [3, 2] : [2, 3]), b: numbers(transposeB ? [4, 3] : [3, 4]), c: numbers([4]) },
      build: (builder, { a, b, c }) =>
        g.gemm(builder, need(a), need(b), { transposeA, transposeB, alpha: 0.5, beta: 2, addend: need(c) }),
    };
  }),
  unary("several products of one value", (builder, x) => {
    const [first, second] = [g.gemm(builder, x, x, { transposeB: true }), g.gemm(builder, x, x, { transposeA: true })];
    return g.multiply(builder, g.sum(builder, first), g.sum(builder, second));
  }),
  {
    name: "convolution of separate patches",
    inputs: { x: numbers([2, 2, 4, 6]), weight: numbers([3, 2, 2, 3]), bias: numbers([3]) },
    only: "float32",
    build: (builder, { x, weight, bias }) =>
      g.convolution(builder, need(x), need(weight), { strides: [2, 3], bias: need(bias) }),
  },
];

const MOVEMENT = (): readonly GradientCase[] => [
  unary("reshape", (builder, x) => g.square(builder, g.reshape(builder, g.square(builder, x), [3, -1]))),
  unary("transpose", (builder, x) => g.square(builder, g.transpose(builder, x, [2, 0, 1])), spread([2, 3, 2])),
  unary("expand", (builder, x) => g.expand(builder, g.square(builder, x), [2, 2, 3]), spread([2, 1])),
  unary("unsqueeze, squeeze", (builder, x) =>
    g.squeeze(builder, g.square(builder, g.unsqueeze(builder, x, [0, 3])), [0]),
  ),
  binary(
    "concat",
    (builder, a, b) => g.square(builder, g.concat(builder, [a, b, a], 1)),
    numbers([2, 3]),
    numbers([2, 1]),
  ),
  unary(
    "split, one part unused",
    (builder, x) => {
      const [first, , third] = g.split(builder, x, [1, 1, 2], 1);
      return [g.square(builder, need(first)), g.exponential(builder, need(third))];
    },
    spread([2, 4]),
  ),
  unary(
    "slice",
    (builder, x) => g.square(builder, g.slice(builder, x, { axis: 1, start: 1, end: -1 })),
    spread([2, 4]),
  ),
  unary("pad", (builder, x) => g.square(builder, g.pad(builder, x, [1, 0], [0, 2]))),
  unary(
    "look-up of rows, repeated",
    (builder, x) => g.square(builder, g.gather(builder, x, builder.constant(g.int64Data([2, 2], [2, 0, 2, 1])))),
    spread([3, 2]),
  ),
  unary(
    "look-up along a later axis",
    (builder, x) => g.square(builder, g.gather(builder, x, builder.constant(g.int64Data([2], [2, 0])), 1)),
    spread([2, 3, 2]),
  ),
  unary("one element a row", (builder, x) =>
    g.square(builder, g.gatherElements(builder, x, builder.constant(g.int64Data([2, 1], [2, 0])), 1)),
  ),
  unary("several elements a row", (builder, x) =>
    g.square(builder, g.gatherElements(builder, x, builder.constant(g.int64Data([2, 2], [2, 0, 1, 1])), 1)),
  ),
  unary("triangle", (builder, x) => g.square(builder, g.triangle(builder, x, "lower")), spread([3, 3])),
];

const COMPOSED = (): readonly GradientCase[] => [
  unary("a value shared by many", (builder, x) => {
    const shared = g.exponential(builder, g.multiply(builder, x, 0.3));
    return g.multiply(builder, g.add(builder, shared, g.tanh(builder, shared)), g.sigmoid(builder, shared));
  }),
  unary("cross-entropy", (builder, x) => {
    const chosen = g.gatherElements(
      builder,
      g.logSoftmax(builder, x),
      builder.constant(g.int64Data([2, 1], [2, 0])),
      1,
    );
    return g.multiply(builder, chosen, builder.constant(weightsLike(x)));
  }),
  float32({
    name: "attention with a mask",
    inputs: { query: numbers([1, 2, 3, 2]), key: numbers([1, 1, 3, 2]), value: numbers([1, 1, 3, 2]) },
    build: (builder, { query, key, value }) => {
      const inputs = { query: need(query), key: need(key), value: need(value) };
      return g.square(builder, g.attend(builder, inputs, { bias: g.causalBias(builder, 3, 3) }));
    },
  }),
  float32(
    unary(
      "rotary positions",
      (builder, x) =>
        g.square(builder, g.rotate(builder, x, g.rotaryTables(builder, [0, 1, 2], { size: 4, theta: 100 }))),
      numbers([1, 2, 3, 4]),
    ),
  ),
  float32(
    unary(
      "position embeddings on another grid",
      (builder, x) =>
        g.square(
          builder,
          g.interpolatePositions(builder, x, {
            from: { rows: 3, columns: 3 },
            to: { rows: 2, columns: 4 },
            antialias: true,
          }),
        ),
      numbers([9, 2]),
    ),
  ),
];

function weightsLike(x: Value): NdData {
  const data = g.zerosData(x.dtype, [2, 1]);
  data.data[0] = 0.25;
  data.data[1] = 0.75;
  return data;
}

/** All cases; the same points every time. */
export function gradientCases(): readonly GradientCase[] {
  return [...ELEMENTWISE(), ...FUNCTIONS(), ...REDUCTIONS(), ...PRODUCTS(), ...MOVEMENT(), ...COMPOSED()];
}
