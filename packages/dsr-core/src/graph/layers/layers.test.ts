import { describe, expect, test } from "vitest";
import { openSession } from "../../runtime/index.js";
import { GraphBuilder } from "../builder.js";
import { float32Data, toNumbers } from "../data.js";
import type { NdData, Value } from "../graph.js";
import { convolution, reshape, subtract, transpose } from "../operators/index.js";
import { encodeOnnx } from "../onnx/index.js";
import {
  attend,
  causalBias,
  gatedMlp,
  interpolatePositions,
  multiAxisRotaryTables,
  paddingBias,
  patchEmbedding,
  resamplingMatrix,
  rotate,
  rotaryTables,
  rotaryTablesFor,
} from "./index.js";

/** Numbers that repeat slowly, so that places can be told apart. */
function numbers(shape: readonly number[], salt = 1): NdData {
  const count = shape.reduce((product, length) => product * length, 1);
  return float32Data(
    shape,
    Array.from({ length: count }, (_, place) => Math.sin(place * 0.7 + salt)),
  );
}

/** Runs what `build` makes of the inputs; weights are numbers by their names. */
async function evaluate(
  inputs: Readonly<Record<string, NdData>>,
  build: (builder: GraphBuilder, values: Readonly<Record<string, Value>>) => Value,
): Promise<NdData> {
  const builder = new GraphBuilder({ weights: (name, shape) => numbers(shape, name.length) });
  const entries = Object.entries(inputs).map(
    ([name, data]) => [name, builder.input(name, data.dtype, data.shape)] as const,
  );
  builder.output("result", build(builder, Object.fromEntries(entries)));
  const session = await openSession(encodeOnnx(builder.finish()).model, { device: "cpu", threads: 1 });
  const results = await session.run(inputs);
  await session.close();
  return results["result"] ?? float32Data([0], []);
}

function need(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError("a test names an input that it does not declare");
  return value;
}

function expectClose(found: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(found.length).toBe(expected.length);
  const difference = Math.max(...found.map((number, place) => Math.abs(number - (expected[place] ?? Number.NaN))));
  expect(difference).toBeLessThan(tolerance);
}

describe("attention", () => {
  /** softmax(q·k/√d + bias)·v for one head, in doubles. */
  function reference(q: number[][], k: number[][], v: number[][], allowed: (row: number, column: number) => boolean) {
    return q.map((query, row) => {
      const scores = k.map((key, column) => {
        const dot = key.reduce((sum, x, i) => sum + x * (query[i] ?? 0), 0) / Math.sqrt(query.length);
        return allowed(row, column) ? Math.exp(dot) : 0;
      });
      const total = scores.reduce((sum, score) => sum + score, 0);
      return (v[0] ?? []).map((_, i) =>
        scores.reduce((sum, score, column) => sum + (score / total) * (v[column]?.[i] ?? 0), 0),
      );
    });
  }
  function rows(data: NdData, head: number, tokens: number, size: number): number[][] {
    const all = toNumbers(data);
    return Array.from({ length: tokens }, (_, row) =>
      all.slice((head * tokens + row) * size, (head * tokens + row + 1) * size),
    );
  }
  const [query, key, value] = [numbers([1, 4, 3, 2], 1), numbers([1, 2, 5, 2], 2), numbers([1, 2, 5, 2], 3)];

  test("grouped heads, causal with the last places aligned", async () => {
    const found = await evaluate({ query, key, value }, (builder, inputs) =>
      attend(
        builder,
        { query: need(inputs["query"]), key: need(inputs["key"]), value: need(inputs["value"]) },
        { bias: causalBias(builder, 3, 5) },
      ),
    );
    const expected = [0, 1, 2, 3].flatMap((head) =>
      reference(
        rows(query, head, 3, 2),
        rows(key, head >> 1, 5, 2),
        rows(value, head >> 1, 5, 2),
        (row, column) => column <= row + 2,
      ),
    );
    expectClose(toNumbers(found), expected.flat(), 1e-6);
  });

  test("padding counts for nothing", async () => {
    const mask = float32Data([1, 5], [1, 1, 0, 1, 0]);
    const found = await evaluate({ query, key, value, mask }, (builder, inputs) =>
      attend(
        builder,
        { query: need(inputs["query"]), key: need(inputs["key"]), value: need(inputs["value"]) },
        { bias: paddingBias(builder, need(inputs["mask"])) },
      ),
    );
    const expected = [0, 1, 2, 3].flatMap((head) =>
      reference(
        rows(query, head, 3, 2),
        rows(key, head >> 1, 5, 2),
        rows(value, head >> 1, 5, 2),
        (_, column) => column !== 2 && column !== 4,
      ),
    );
    expectClose(toNumbers(found), expected.flat(), 1e-6);
  });
});

describe("rotary positions", () => {
  const x = numbers([1, 2, 3, 4]);

  /** The rotation of each pair (i, i + size/2) by position·theta^(−2i/size). */
  function rotated(positions: readonly number[], theta: number): readonly number[] {
    const all = toNumbers(x);
    return all.map((own, place) => {
      const [i, token] = [place % 4, Math.floor(place / 4) % 3];
      const angle = (positions[token] ?? 0) * theta ** (-(i % 2) / 2);
      const other = i < 2 ? -(all[place + 2] ?? 0) : (all[place - 2] ?? 0);
      return own * Math.cos(angle) + other * Math.sin(angle);
    });
  }

  test("tables known in advance and tables computed from positions agree with the definition", async () => {
    const known = await evaluate({ x }, (builder, inputs) =>
      rotate(builder, need(inputs["x"]), rotaryTables(builder, [0, 5, 7], { size: 4, theta: 100 })),
    );
    expectClose(toNumbers(known), rotated([0, 5, 7], 100), 1e-5);
    const positions = float32Data([1, 3], [0, 5, 7]);
    const computed = await evaluate({ x, positions }, (builder, inputs) =>
      rotate(builder, need(inputs["x"]), rotaryTablesFor(builder, need(inputs["positions"]), { size: 4, theta: 100 })),
    );
    expectClose(toNumbers(computed), rotated([0, 5, 7], 100), 1e-5);
  });

  test("several axes: each frequency follows the axis of its section", async () => {
    const positions = float32Data([2, 1, 3], [1, 2, 3, 20, 40, 60]);
    const found = await evaluate({ positions }, (builder, inputs) => {
      const options = { size: 4, theta: 100, sections: [1, 1] };
      return multiAxisRotaryTables(builder, need(inputs["positions"]), options).cosine;
    });
    // Frequencies 1 and 1/10, once for each half of the head: the first from axis 0, the second from axis 1.
    const expected = [1, 2, 3].flatMap((time) => [time, 2 * time, time, 2 * time].map((angle) => Math.cos(angle)));
    expectClose(toNumbers(found), expected, 1e-5);
    expect(() =>
      multiAxisRotaryTables(
        new GraphBuilder(),
        { id: 0, name: "p", dtype: "float32", shape: [2, 1, 3] },
        { size: 4, theta: 100, sections: [1, 2] },
      ),
    ).toThrow(/rotary sections .*expected a sum of 2, found \[1, 2\]/);
  });
});

describe("images", () => {
  test("patch embedding is the convolution with stride = kernel", async () => {
    const images = numbers([2, 3, 4, 6]);
    const difference = await evaluate({ images }, (builder, inputs) => {
      const x = need(inputs["images"]);
      const tokens = patchEmbedding(builder, "patch", x, { patch: 2, length: 5, bias: true });
      const [weight, bias] = [
        builder.parameter("patch.weight", [5, 3, 2, 2], { kind: "zeros" }),
        builder.parameter("patch.bias", [5], { kind: "zeros" }),
      ];
      const image = convolution(builder, x, weight, { strides: [2, 2], bias });
      return subtract(builder, tokens, transpose(builder, reshape(builder, image, [2, 5, 6]), [0, 2, 1]));
    });
    expectClose(
      toNumbers(difference),
      Array.from({ length: 60 }, () => 0),
      1e-5,
    );
  });

  test("sides that are not multiples of the patch are refused", () => {
    const builder = new GraphBuilder();
    const images = builder.input("images", "float32", [1, 3, 5, 6]);
    expect(() => patchEmbedding(builder, "patch", images, { patch: 2, length: 5 })).toThrow(
      /patches 'patch' .*expected sides that are multiples of 2, found 5×6/,
    );
  });

  test("resampling keeps constants, and the same grid as it is", () => {
    for (const [source, target, antialias] of [
      [7, 3, true],
      [3, 7, false],
      [4, 4, true],
      [9, 2, false],
    ] as const) {
      const matrix = resamplingMatrix(source, target, antialias);
      for (let row = 0; row < target; row++) {
        const sum = matrix.slice(row * source, (row + 1) * source).reduce((total, weight) => total + weight, 0);
        expect(Math.abs(sum - 1)).toBeLessThan(1e-12);
      }
    }
    expect([...resamplingMatrix(3, 3, true)].map((weight) => Math.round(weight * 1e9) / 1e9 + 0)).toEqual([
      1, 0, 0, 0, 1, 0, 0, 0, 1,
    ]);
  });

  test("positions go to another grid along rows, then along columns", async () => {
    const positions = numbers([6, 2]);
    const grids = { from: { rows: 2, columns: 3 }, to: { rows: 4, columns: 2 } };
    const found = await evaluate({ positions }, (builder, inputs) =>
      interpolatePositions(builder, need(inputs["positions"]), grids),
    );
    const [rows, columns] = [resamplingMatrix(2, 4, false), resamplingMatrix(3, 2, false)];
    const all = toNumbers(positions);
    const expected: number[] = [];
    for (let r = 0; r < 4; r++)
      for (let c = 0; c < 2; c++)
        for (let i = 0; i < 2; i++) {
          let sum = 0;
          for (let y = 0; y < 2; y++)
            for (let x = 0; x < 3; x++)
              sum += (rows[r * 2 + y] ?? 0) * (columns[c * 3 + x] ?? 0) * (all[(y * 3 + x) * 2 + i] ?? 0);
          expected.push(sum);
        }
    expectClose(toNumbers(found), expected, 1e-6);
  });
});

test("a gated feed-forward block is down(silu(gate(x))·up(x))", async () => {
  const x = numbers([1, 2]);
  const found = await evaluate({ x }, (builder, inputs) =>
    gatedMlp(builder, "mlp", need(inputs["x"]), { hidden: 3, activation: "silu" }),
  );
  const weight = (name: string, shape: readonly number[]): readonly number[] => toNumbers(numbers(shape, name.length));
  const map = (matrix: readonly number[], input: readonly number[], outputs: number): readonly number[] =>
    Array.from({ length: outputs }, (_, o) =>
      input.reduce((sum, value, i) => sum + value * (matrix[o * input.length + i] ?? 0), 0),
    );
  const gate = map(weight("mlp.gate_proj.weight", [3, 2]), toNumbers(x), 3);
  const up = map(weight("mlp.up_proj.weight", [3, 2]), toNumbers(x), 3);
  const hidden = gate.map((value, i) => (value / (1 + Math.exp(-value))) * (up[i] ?? 0));
  expectClose(toNumbers(found), map(weight("mlp.down_proj.weight", [2, 3]), hidden, 2), 1e-5);
});
