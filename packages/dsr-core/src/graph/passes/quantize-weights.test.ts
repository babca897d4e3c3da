import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GraphBuilder } from "../builder.js";
import { float32Data, toNumbers } from "../data.js";
import { isInMemory, type Graph, type NdData } from "../graph.js";
import { linear } from "../layers/index.js";
import { readConstants } from "../onnx/index.js";
import { toHalfPrecision } from "./half-precision.js";
import { quantizeWeights, type QuantizationOptions } from "./quantize-weights.js";
import { deferred, noise, runGraph } from "./testing.js";

interface Case {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly seed: number;
}

const cases = fc.record<Case>({
  rows: fc.integer({ min: 1, max: 4 }),
  inner: fc.integer({ min: 1, max: 100 }),
  columns: fc.integer({ min: 1, max: 20 }),
  seed: fc.nat(1e6),
});

const every: QuantizationOptions = { minimumElements: 1 };

/** y = x·Wᵀ + b. With symbolic rows the product is FusedMatMul and Add, else Gemm. */
function affine({ rows, inner, columns, seed }: Case, symbolic = true): Graph {
  const weights = (name: string, shape: readonly number[]): NdData =>
    float32Data(shape, name === "map.weight" ? noise(columns * inner, seed) : noise(columns, seed + 1));
  const builder = new GraphBuilder({ weights });
  const x = builder.input("x", "float32", [symbolic ? "rows" : rows, inner]);
  builder.output("y", linear(builder, "map", x, columns, { bias: true }));
  return builder.finish();
}

function constantOf(graph: Graph, name: string): NdData | undefined {
  const data = graph.constants.find(({ value }) => value.name === name)?.data;
  return data !== undefined && isInMemory(data) ? data : undefined;
}

/** The matrix that the packed constants stand for, written from ONNX Runtime's description of MatMulNBits. */
function dequantized(graph: Graph, { inner, columns }: Case, block = 32): readonly number[] {
  const [packed, scales] = ["quantized", "scales"].map((part) => constantOf(graph, `map.weight.${part}`)?.data ?? []);
  const zeros = constantOf(graph, "map.weight.zero_points")?.data;
  const blocks = Math.ceil(inner / block);
  const nibble = (bytes: ArrayLike<number | bigint>, place: number): number =>
    (Number(bytes[Math.floor(place / 2)]) >> (place % 2 === 0 ? 0 : 4)) & 15;
  return Array.from({ length: columns * inner }, (_, place) => {
    const [column, k] = [Math.floor(place / inner), place % inner];
    const which = column * blocks + Math.floor(k / block);
    const zero = zeros === undefined ? 8 : nibble(zeros, 2 * column * Math.ceil(blocks / 2) + Math.floor(k / block));
    return (nibble(packed ?? [], which * block + (k % block)) - zero) * Number(scales?.[which]);
  });
}

function product({ rows, inner, columns, seed }: Case, weight: ArrayLike<number>): readonly number[] {
  const [x, bias] = [noise(rows * inner, seed + 2), noise(columns, seed + 1)];
  return Array.from({ length: rows * columns }, (_, place) => {
    const [row, column] = [Math.floor(place / columns), place % columns];
    let sum = bias[column] ?? 0;
    for (let k = 0; k < inner; k++) sum += (x[row * inner + k] ?? 0) * (weight[column * inner + k] ?? 0);
    return sum;
  });
}

async function run(graph: Graph, { rows, inner, seed }: Case): Promise<readonly number[]> {
  const found = (await runGraph(graph, { x: float32Data([rows, inner], noise(rows * inner, seed + 2)) }))["y"];
  return found === undefined ? [] : toNumbers(found);
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((largest, number, place) => Math.max(largest, Math.abs(number - (b[place] ?? NaN))), 0);
}

describe.each([
  ["symmetric", false],
  ["with zero points", true],
] as const)("%s", (_, zeroPoints) => {
  const options = { ...every, zeroPoints, accuracyLevel: 1 } as const;

  test("ONNX Runtime multiplies by the matrix that the bytes stand for", async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.boolean(), async (each, symbolic) => {
        const graph = quantizeWeights(affine(each, symbolic), options);
        expect(graph.nodes.map(({ operator }) => operator)).toContain("MatMulNBits");
        const expected = product(each, dequantized(graph, each));
        // Float32 sums of up to 100 products of numbers below 1.
        expect(largestDifference(await run(graph, each), expected)).toBeLessThan(2e-5);
      }),
      { numRuns: 25 },
    );
  });

  test("no element is off by more than the format allows", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(16, 32, 64), (each, blockSize) => {
        const graph = quantizeWeights(affine(each), { ...options, blockSize });
        const [exact, found] = [noise(each.columns * each.inner, each.seed), dequantized(graph, each, blockSize)];
        exact.forEach((number, place) => {
          const row = Math.floor(place / each.inner) * each.inner;
          const start = row + Math.floor((place - row) / blockSize) * blockSize;
          const block = exact.subarray(start, Math.min(start + blockSize, row + each.inner));
          const [low, high] = [Math.min(0, ...block), Math.max(0, ...block)];
          // A sixteenth of the range with rounding: half a step, except that one step is missing on the side away from
          // the largest element, and that a rounded zero point moves the range by half a step.
          const step = zeroPoints ? (high - low) / 15 : Math.max(high, -low) / 8;
          expect(Math.abs((found[place] ?? 0) - number)).toBeLessThanOrEqual(step * 1.0001);
        });
      }),
    );
  });

  test("weights read later give the same bytes", async () => {
    const each: Case = { rows: 2, inner: 50, columns: 7, seed: 3 };
    const graph = affine(each);
    const constants = graph.constants.map((constant) => {
      const { data } = constant;
      return isInMemory(data) && constant.weight === true ? { ...constant, data: deferred(data) } : constant;
    });
    const later = await readConstants(quantizeWeights({ ...graph, constants }, options));
    const now = quantizeWeights(graph, options);
    for (const part of ["quantized", "scales", ...(zeroPoints ? ["zero_points"] : [])])
      expect(constantOf(later, `map.weight.${part}`)).toEqual(constantOf(now, `map.weight.${part}`));
  });
});

test("together with half precision the result differs by the rounding of half precision alone", async () => {
  const each: Case = { rows: 3, inner: 96, columns: 10, seed: 5 };
  const graph = quantizeWeights(affine(each), every);
  const half = toHalfPrecision(graph);
  expect(half.constants.map(({ value }) => `${value.name} ${value.dtype}`).sort()).toEqual([
    "map.bias float16",
    "map.weight.quantized uint8",
    "map.weight.scales float16",
  ]);
  const expected = product(each, dequantized(graph, each));
  // Operands, scales and results below 16 rounded to 11 bits; 96 products of numbers below 1.
  expect(largestDifference(await run(half, each), expected)).toBeLessThan(96 * 2 * 2 ** -11);
});

test("small, excluded and shared-with-others weights", () => {
  const operators = (options: QuantizationOptions) =>
    quantizeWeights(affine({ rows: 1, inner: 32, columns: 4, seed: 1 }), options).nodes.map(({ operator }) => operator);
  expect(operators({})).toEqual(["FusedMatMul", "Add"]);
  expect(operators({ ...every, exclude: (name) => name === "map.weight" })).toEqual(["FusedMatMul", "Add"]);
  expect(operators(every)).toEqual(["MatMulNBits", "Add"]);
  expect(() => operators({ blockSize: 24 })).toThrow("block size: expected a power of two of at least 16, found 24");
});
