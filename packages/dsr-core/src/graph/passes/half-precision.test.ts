import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { transformerConfigSchema, transformerLanguageModel } from "../../model/index.js";
import { GraphBuilder } from "../builder.js";
import { float32Data, int64Data, toNumbers } from "../data.js";
import { isDeferred, type DeferredData, type Graph, type NdData } from "../graph.js";
import { applyLinear, embedding, linear } from "../layers/index.js";
import { readInSlabs } from "../onnx/index.js";
import { add, cast, cosine, matrixProduct, multiply, reshape, softmax, square } from "../operators/index.js";
import type { WeightSource } from "../parameter.js";
import { toHalfPrecision } from "./half-precision.js";
import { deferred, noise, noiseWeight, runGraph } from "./testing.js";

/** Half the distance between neighbours, relative to the number: what rounding to half precision may change. */
const HALF_UNIT = 2 ** -11;

const config = transformerConfigSchema.parse({
  ...{ vocabulary: 64, context: 12, layers: 2, width: 64, heads: 4, keyValueHeads: 2 },
  ...{ positions: "rotary", gated: true, activation: "silu", bias: true },
});

function languageModel(weights: WeightSource): Graph {
  const builder = new GraphBuilder({ name: "model", weights });
  const tokens = builder.input("tokens", "int64", [2, config.context]);
  builder.output("logits", transformerLanguageModel(builder, config, tokens));
  return builder.finish();
}

const tokens = int64Data(
  [2, config.context],
  Array.from({ length: 2 * config.context }, (_, place) => (place * 29) % 64),
);

function largest(found: NdData | undefined, expected: NdData | undefined): readonly [difference: number, size: number] {
  const [a, b] = [found, expected].map((each) => (each === undefined ? [] : toNumbers(each)));
  const differences = (a ?? []).map((number, place) => Math.abs(number - (b?.[place] ?? NaN)));
  return [Math.max(...differences), Math.max(...(b ?? []).map(Math.abs))];
}

test("a whole model gives nearly the same, from weights in memory and from weights read later", async () => {
  const expected = (await runGraph(languageModel(noiseWeight), { tokens }))["logits"];
  const half = toHalfPrecision(languageModel(noiseWeight));
  const found = (await runGraph(half, { tokens }))["logits"];
  const [difference, size] = largest(found, expected);
  // Every product rounds its operands and its result once; two layers have some twenty in a row, and errors add like
  // independent ones: 2⁻¹¹ · √(3 · 20) · 2.
  expect(difference).toBeLessThan(HALF_UNIT * Math.sqrt(60) * 2 * size);
  expect(difference).toBeGreaterThan(0);
  const later = toHalfPrecision(languageModel((name, shape) => deferred(noiseWeight(name, shape))));
  expect((await runGraph(later, { tokens }))["logits"]).toEqual(found);
});

test.each([
  ["of a product only", false, ["float16"]],
  ["of a product and a sum", true, ["float32"]],
])("a weight that is reshaped first, and then part %s", async (_, isAdded, stored) => {
  const builder = new GraphBuilder({ weights: noiseWeight });
  const kernel = reshape(builder, builder.parameter("kernel", [4, 2, 3], { kind: "zeros" }), [4, 6]);
  const product = matrixProduct(builder, builder.input("x", "float32", [4, 6]), kernel, { transposeB: true });
  builder.output("y", product);
  if (isAdded) builder.output("z", add(builder, kernel, kernel));
  const graph = builder.finish();
  const half = toHalfPrecision(graph);
  expect(half.constants.filter(({ weight }) => weight === true).map(({ value }) => value.dtype)).toEqual(stored);
  const feeds = { x: float32Data([4, 6], noise(24, 5)) };
  const [difference, size] = largest((await runGraph(half, feeds))["y"], (await runGraph(graph, feeds))["y"]);
  expect(difference).toBeLessThan(8 * HALF_UNIT * size);
});

test("one product stays within what rounding both operands and the result can change", async () => {
  const matrices = fc.record({
    rows: fc.integer({ min: 1, max: 5 }),
    inner: fc.integer({ min: 1, max: 70 }),
    columns: fc.integer({ min: 2, max: 9 }),
    seed: fc.nat(1e6),
  });
  await fc.assert(
    fc.asyncProperty(matrices, async ({ rows, inner, columns, seed }) => {
      const [x, weight] = [noise(rows * inner, seed), noise(columns * inner, seed + 1)];
      const builder = new GraphBuilder({ weights: (_, shape) => float32Data(shape, weight) });
      builder.output("y", linear(builder, "map", builder.input("x", "float32", ["rows", inner]), columns));
      const graph = toHalfPrecision(builder.finish());
      const y = toNumbers((await runGraph(graph, { x: float32Data([rows, inner], x) }))["y"] ?? float32Data([0], []));
      y.forEach((found, place) => {
        const [row, column] = [Math.floor(place / columns), place % columns];
        const terms = Array.from(
          { length: inner },
          (_, k) => (x[row * inner + k] ?? 0) * (weight[column * inner + k] ?? 0),
        );
        const exact = terms.reduce((sum, term) => sum + term, 0);
        const bound =
          terms.reduce((sum, term) => sum + Math.abs(term), 0) * 2 * HALF_UNIT + Math.abs(exact) * HALF_UNIT;
        // Second-order terms, float32 sums, and subnormal operands.
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(bound * 1.01 + 1e-5);
      });
    }),
    { numRuns: 25 },
  );
});

/** What each node computes in, by operator. */
function formats(graph: Graph): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, readonly string[]> = {};
  for (const { operator, outputs } of graph.nodes)
    found[operator] = [...new Set([...(found[operator] ?? []), outputs[0]?.dtype ?? ""])].sort();
  return found;
}

describe("what stays float32", () => {
  test("normalisation, softmax, scores, the residual stream, and the ports", () => {
    const graph = toHalfPrecision(languageModel(noiseWeight));
    expect(graph.inputs.map(({ dtype }) => dtype)).toEqual(["int64"]);
    expect(graph.outputs.map(({ name, dtype }) => `${name} ${dtype}`)).toEqual(["logits float32"]);
    const { Softmax, SimplifiedLayerNormalization, MatMul, Gemm, QuickGelu, Gather } = formats(graph);
    expect({ Softmax, SimplifiedLayerNormalization, MatMul }).toEqual({
      Softmax: ["float32"],
      SimplifiedLayerNormalization: ["float32"],
      MatMul: ["float32"],
    });
    expect({ Gemm, QuickGelu, Gather }).toEqual({ Gemm: ["float16"], QuickGelu: ["float16"], Gather: ["float16"] });
    const residual = graph.nodes.filter(({ operator, scope }) => operator === "Add" && /layers\.\d\/mlp$/.test(scope));
    expect(residual.map(({ outputs }) => outputs[0]?.dtype)).toEqual(["float32", "float32"]);
  });

  test("angles of positions beyond what half precision counts", async () => {
    const builder = new GraphBuilder();
    const positions = cast(builder, builder.input("positions", "int64", ["tokens"]), "float32");
    builder.output("cosine", cosine(builder, multiply(builder, positions, 0.1)));
    const graph = builder.finish();
    const feeds = { positions: int64Data([3], [2049, 4097, 70_001]) };
    expect(await runGraph(toHalfPrecision(graph), feeds)).toEqual(await runGraph(graph, feeds));
  });

  test("squares, and masks that half precision cannot hold", async () => {
    const weights: WeightSource = (_, shape) => float32Data(shape, [300, 0, 0, 1]);
    const builder = new GraphBuilder({ weights });
    const x = builder.input("x", "float32", [1, 2]);
    const half = linear(builder, "map", x, 2);
    builder.output("square", square(builder, half));
    const hidden = builder.emitOne("Less", [half, builder.scalar(100)]);
    builder.output("masked", softmax(builder, builder.emitOne("Where", [hidden, builder.scalar(-1e9), half])));
    const found = await runGraph(toHalfPrecision(builder.finish()), { x: float32Data([1, 2], [1, 1]) });
    expect(toNumbers(found["square"] ?? tokens)).toEqual([90_000, 1]);
    expect(toNumbers(found["masked"] ?? tokens)).toEqual([1, 0]);
  });
});

describe("constants", () => {
  const tied = (weights: WeightSource): Graph => {
    const builder = new GraphBuilder({ weights });
    const rows = embedding(builder, "table", builder.input("tokens", "int64", ["tokens"]), { count: 8, length: 4 });
    const weight = builder.parameter("table.weight", [8, 4], { kind: "zeros" });
    builder.output("rows", rows);
    builder.output("logits", applyLinear(builder, add(builder, rows, 1), weight));
    return builder.finish();
  };

  test("keep their names, and one that two nodes use is there once", () => {
    const graph = toHalfPrecision(tied(noiseWeight));
    const weights = graph.constants.filter(({ weight }) => weight === true);
    expect(weights.map(({ value, data }) => `${value.name} ${value.dtype} ${data.dtype}`)).toEqual([
      "table.weight float16 float16",
    ]);
  });

  test("with tablesOnly the product keeps its own in float32", () => {
    const graph = toHalfPrecision(tied(noiseWeight), { tablesOnly: true });
    const names = graph.constants.filter(({ weight }) => weight === true).map(({ value }) => value);
    expect(names.map(({ name, dtype }) => `${name} ${dtype}`)).toEqual([
      "table.weight float32",
      "table.weight/float16 float16",
    ]);
  });

  test("that are too large become the largest number there is", async () => {
    const values = float32Data(
      [8, 4],
      Array.from({ length: 32 }, (_, place) => (place % 2 === 0 ? 1e6 : -1e6)),
    );
    const graph = toHalfPrecision(tied(() => values));
    const found = await runGraph(graph, { tokens: int64Data([1], [3]) });
    expect(toNumbers(found["rows"] ?? tokens)).toEqual([65_504, -65_504, 65_504, -65_504]);
  });

  test("that are read later are read a few rows at a time", async () => {
    const rows: number[] = [];
    const graph = toHalfPrecision(
      tied((name, shape) => deferred(noiseWeight(name, shape), (count) => rows.push(count))),
    );
    expect(rows).toEqual([]);
    const data = graph.constants.map((each) => each.data).find((each): each is DeferredData => isDeferred(each));
    const slabs: NdData[] = [];
    if (data !== undefined) for await (const slab of readInSlabs(data, 24)) slabs.push(slab);
    expect(rows).toEqual([3, 3, 2]);
    expect(slabs.flatMap(toNumbers)).toEqual(toNumbers((await data?.read()) ?? tokens));
  });
});
