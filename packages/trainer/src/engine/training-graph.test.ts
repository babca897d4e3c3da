import { beforeAll, describe, expect, test } from "vitest";
import { createRandom } from "@dsr/env-bridge/contract";
import {
  decodeOnnx,
  dumpGraph,
  encodeOnnx,
  float32Data,
  int64Data,
  linear,
  tensorData,
  toNumbers,
  type Graph,
  type GraphBuilder,
  type NdData,
} from "@dsr/dsr-core/graph";
import { transformerConfigSchema, transformerLanguageModel } from "@dsr/dsr-core/model";
import { createOnnxExecutor } from "../executors/onnx-executor.js";
import type { Executor } from "../executors/executor.js";
import { recomputeEach } from "./autodiff/index.js";
import { initialWeight } from "./initialize.js";
import { crossEntropy, huberError, squaredError } from "./losses.js";
import { adamWGroups, constantRate, muonGroups, warmupCosine, type ParameterGroup } from "./optimizers/index.js";
import { runTraining, type Batch } from "./testing.js";
import { buildTrainingGraph, initialState, stepFeeds, type TrainingOptions } from "./training-graph.js";

let executor: Executor;
beforeAll(async () => {
  executor = await createOnnxExecutor({ device: "cpu", threads: 1 });
});

const CONFIG = transformerConfigSchema.parse({
  vocabulary: 11,
  context: 6,
  layers: 2,
  width: 8,
  heads: 2,
  positions: "rotary",
});
const ROWS = 4;

function languageModel(builder: GraphBuilder, rows: number) {
  const tokens = builder.input("tokens", "int64", [rows, CONFIG.context]);
  const targets = builder.input("targets", "int64", [rows, CONFIG.context]);
  const mask = builder.input("mask", "float32", [rows, CONFIG.context]);
  const logits = transformerLanguageModel(builder, CONFIG, tokens);
  return { losses: [crossEntropy(builder, "tokens", { logits, targets, mask })] };
}

function options(rows = ROWS, more: Partial<TrainingOptions> = {}): TrainingOptions {
  return {
    name: "test",
    define: (builder) => languageModel(builder, rows),
    groups: adamWGroups({ weightDecay: 0.1 }),
    schedule: constantRate(1e-2),
    seed: "test",
    clipNorm: 1,
    ...more,
  };
}

/** A batch in which the next token follows from the present one; the mask leaves out a random tail of each row. */
function batch(seed: number, rows = ROWS): Batch {
  const random = createRandom("batch", seed);
  const [tokens, targets, mask]: [number[], number[], number[]] = [[], [], []];
  for (let row = 0; row < rows; row++) {
    const length = 2 + random.integer(CONFIG.context - 2);
    let token = random.integer(CONFIG.vocabulary);
    for (let place = 0; place < CONFIG.context; place++) {
      tokens.push(token);
      token = (token * 3 + 1) % CONFIG.vocabulary;
      targets.push(token);
      mask.push(place < length ? 1 : 0);
    }
  }
  const shape = [rows, CONFIG.context];
  return { tokens: int64Data(shape, tokens), targets: int64Data(shape, targets), mask: float32Data(shape, mask) };
}

/** Rows start … end − 1 of a batch. */
function rowsOf(whole: Batch, start: number, end: number): Batch {
  const cut = ({ dtype, shape, data }: NdData): NdData => {
    const [rows = 1, ...rest] = shape;
    const width = data.length / rows;
    return tensorData(dtype, [end - start, ...rest], data.slice(start * width, end * width));
  };
  return Object.fromEntries(Object.entries(whole).map(([name, data]) => [name, cut(data)]));
}

function numbersOf(state: ReadonlyMap<string, NdData>, name: string): readonly number[] {
  const data = state.get(name);
  return data === undefined ? [] : toNumbers(data);
}

function largestDifference(
  a: ReadonlyMap<string, NdData>,
  b: ReadonlyMap<string, NdData>,
  names: readonly string[],
): number {
  const differences = names.flatMap((name) => {
    const [x, y] = [a.get(name), b.get(name)].map((data) => (data === undefined ? [Number.NaN] : toNumbers(data)));
    return (x ?? []).map((number, place) => Math.abs(number - (y?.[place] ?? Number.NaN)));
  });
  return Math.max(...differences);
}

function weightNames(training: ReturnType<typeof buildTrainingGraph>): readonly string[] {
  return training.state.filter((each) => each.role === "weight").map((each) => each.input);
}

describe("one graph a step", () => {
  test("a small transformer learns, with AdamW and with Muon", async () => {
    for (const groups of [adamWGroups(), muonGroups()]) {
      const training = buildTrainingGraph(options(ROWS, { groups }));
      const groupsOfBatches = Array.from({ length: 60 }, (_, step) => [batch(step)]);
      const { results } = await runTraining(executor, training, groupsOfBatches);
      // ln 11 = 2.40 at the start; the rule is deterministic, so the loss can go to zero.
      expect(results[0]?.loss).toBeGreaterThan(1.8);
      expect(results.at(-1)?.loss).toBeLessThan(0.8);
    }
  });

  test("the same options give the same graph and the same bytes of state", async () => {
    const [first, second] = [buildTrainingGraph(options()), buildTrainingGraph(options())];
    expect(dumpGraph(first.graph)).toBe(dumpGraph(second.graph));
    const batches = [[batch(1)], [batch(2)], [batch(3)]];
    const [a, b] = [await runTraining(executor, first, batches), await runTraining(executor, second, batches)];
    expect(a.state).toEqual(b.state);
    expect(a.results).toEqual(b.results);
  });

  test("the mask decides what counts: other targets under it change nothing", async () => {
    const training = buildTrainingGraph(options());
    const plain = batch(5);
    const mask = numbersOf(new Map(Object.entries(plain)), "mask");
    const targets = numbersOf(new Map(Object.entries(plain)), "targets").map((target, place) =>
      mask[place] === 0 ? (target + 1) % CONFIG.vocabulary : target,
    );
    const changed = { ...plain, targets: int64Data([ROWS, CONFIG.context], targets) };
    const [a, b] = [
      await runTraining(executor, training, [[plain]]),
      await runTraining(executor, training, [[changed]]),
    ];
    expect(a.state).toEqual(b.state);
  });

  test("accumulating four parts equals the whole batch", async () => {
    const whole = buildTrainingGraph(options(ROWS));
    const parts = buildTrainingGraph(options(1, { accumulation: true }));
    const batches = [batch(1), batch(2), batch(3)];
    const split = (each: Batch): readonly Batch[] =>
      Array.from({ length: ROWS }, (_, row) => rowsOf(each, row, row + 1));
    const a = await runTraining(
      executor,
      whole,
      batches.map((each) => [each]),
    );
    const b = await runTraining(executor, parts, batches.map(split));
    // Sums in another order: rounding of float32, carried through Adam's division for three steps.
    expect(largestDifference(a.state, b.state, weightNames(whole))).toBeLessThan(2e-5);
    for (const [step, { loss }] of a.results.entries())
      expect(Math.abs(loss - (b.results[step]?.loss ?? 0))).toBeLessThan(1e-5);
  });

  test("a run that only accumulates leaves weights and state as they were", async () => {
    const training = buildTrainingGraph(
      options(1, { accumulation: true, groups: muonGroups({ adamw: { weightDecay: 0.1 } }) }),
    );
    const program = await executor.load(training.graph, { carried: training.state });
    const before = initialState(training);
    program.writeCarried(before);
    await program.run({
      ...rowsOf(batch(1), 0, 1),
      ...stepFeeds(training, 0, "idle"),
      "normalizer.tokens": float32Data([], [1]),
    });
    const after = await program.readCarried();
    for (const { input, role } of training.state)
      if (role !== "accumulator") expect(after.get(input)).toEqual(before.get(input));
    expect(
      training.state.some(({ input, role }) => role === "accumulator" && numbersOf(after, input).some((x) => x !== 0)),
    ).toBe(true);
    await program.close();
  });

  test("recomputing layers gives the same bytes", async () => {
    const kept = buildTrainingGraph(options());
    const again = buildTrainingGraph(options(ROWS, { recompute: recomputeEach("model.layers.") }));
    expect(again.graph.nodes.length).toBeGreaterThan(kept.graph.nodes.length);
    const batches = [[batch(1)], [batch(2)]];
    const [a, b] = [await runTraining(executor, kept, batches), await runTraining(executor, again, batches)];
    expect(b.results).toEqual(a.results);
    for (const name of weightNames(kept)) expect(b.state.get(name)).toEqual(a.state.get(name));
  });
});

describe("frozen parts", () => {
  test("are constants, have no gradient nodes and no state", () => {
    const trainable = buildTrainingGraph(options());
    const frozen = buildTrainingGraph(
      options(ROWS, {
        frozen: (name, shape) =>
          name.startsWith("model.")
            ? initialWeight(
                { value: { id: 0, name, dtype: "float32", shape }, initializer: { kind: "normal", deviation: 0.1 } },
                1,
              )
            : undefined,
      }),
    );
    expect(weightNames(frozen)).toEqual(["lm_head.weight"]);
    const inLayers = (graph: Graph): number =>
      graph.nodes.filter((node) => node.scope.startsWith("gradient/model.layers")).length;
    expect(inLayers(trainable.graph)).toBeGreaterThan(50);
    expect(inLayers(frozen.graph)).toBe(0);
  });

  test("a weight that does not change the loss is an error that names it", () => {
    const define = (builder: GraphBuilder) => {
      builder.parameter("unused.weight", [2], { kind: "zeros" });
      return languageModel(builder, ROWS);
    };
    expect(() => buildTrainingGraph(options(ROWS, { define }))).toThrow(/unused\.weight/);
  });
});

describe("losses", () => {
  interface Row {
    readonly predictions: readonly number[];
    readonly targets: readonly number[];
    readonly mask: readonly number[];
  }
  const row: Row = { predictions: [0, 0, 0], targets: [0.5, -3, 7], mask: [1, 0.5, 0] };

  async function lossOf(loss: typeof squaredError): Promise<number> {
    const define = (builder: GraphBuilder) => {
      const predictions = linear(builder, "zero", builder.input("x", "float32", [1, 1]), 3);
      const [targets, mask] = ["targets", "mask"].map((name) => builder.input(name, "float32", [1, 3]));
      if (targets === undefined || mask === undefined) throw new TypeError("two inputs");
      return { losses: [loss(builder, "regression", { predictions, targets, mask })] };
    };
    const training = buildTrainingGraph(options(ROWS, { define }));
    const feeds = {
      x: float32Data([1, 1], [0]),
      targets: float32Data([1, 3], row.targets),
      mask: float32Data([1, 3], row.mask),
    };
    return (await runTraining(executor, training, [[feeds]])).results[0]?.loss ?? Number.NaN;
  }

  test("squared error is the weighted mean", async () => {
    expect(await lossOf(squaredError)).toBeCloseTo((0.25 + 0.5 * 9) / 1.5, 5);
  });

  test("Huber error is linear far from the target", async () => {
    expect(await lossOf(huberError)).toBeCloseTo((0.125 + 0.5 * 2.5) / 1.5, 5);
  });

  test("cross-entropy of equal logits is the logarithm of their number, and an empty mask counts as zero", async () => {
    const define = (builder: GraphBuilder) => {
      const logits = linear(builder, "zero", builder.input("x", "float32", [2, 1]), 5);
      const targets = builder.input("targets", "int64", [2]);
      return {
        losses: [crossEntropy(builder, "class", { logits, targets, mask: builder.input("mask", "float32", [2]) })],
      };
    };
    const training = buildTrainingGraph(options(ROWS, { define }));
    const feeds = (mask: readonly number[]): Batch => ({
      x: float32Data([2, 1], [0, 0]),
      targets: int64Data([2], [4, 0]),
      mask: float32Data([2], mask),
    });
    const { results } = await runTraining(executor, training, [[feeds([1, 1])], [feeds([0, 0])]]);
    expect(results[0]?.loss).toBeCloseTo(Math.log(5), 5);
    expect(results[1]).toEqual({ loss: 0, gradientNorm: 0 });
  });

  test("a mask of another shape is refused with the shapes", () => {
    const define = (builder: GraphBuilder) => {
      const logits = linear(builder, "zero", builder.input("x", "float32", [2, 1]), 5);
      const targets = builder.input("targets", "int64", [2]);
      return {
        losses: [crossEntropy(builder, "class", { logits, targets, mask: builder.input("mask", "float32", [3]) })],
      };
    };
    expect(() => buildTrainingGraph(options(ROWS, { define }))).toThrow(
      "loss 'class' at the top of test: expected targets and mask shaped [2], found 'mask' [3]",
    );
  });
});

/** Plain AdamW and clipping in doubles, written from PyTorch's documentation. */
class ReferenceAdamW {
  readonly #first: number[];
  readonly #second: number[];

  constructor(
    readonly weights: number[],
    readonly decay: number,
  ) {
    this.#first = weights.map(() => 0);
    this.#second = weights.map(() => 0);
  }

  step(gradient: readonly number[], rate: number, step: number): void {
    const [beta1, beta2, epsilon] = [0.9, 0.98, 1e-8];
    gradient.forEach((g, place) => {
      const m = beta1 * (this.#first[place] ?? 0) + (1 - beta1) * g;
      const v = beta2 * (this.#second[place] ?? 0) + (1 - beta2) * g * g;
      [this.#first[place], this.#second[place]] = [m, v];
      const size = Math.sqrt(v) / Math.sqrt(1 - beta2 ** step) + epsilon;
      const kept = (this.weights[place] ?? 0) * (1 - rate * this.decay);
      this.weights[place] = kept - ((rate / (1 - beta1 ** step)) * m) / size;
    });
  }
}

describe("optimisers against plain references", () => {
  /** Loss ½·mean over outputs of (W·x)²: its gradient is W·x·xᵀ/outputs. */
  function quadratic(groups: readonly ParameterGroup[], shape: readonly [number, number], clipNorm?: number) {
    const [outputs, inputs] = shape;
    const define = (builder: GraphBuilder) => {
      const x = builder.input("x", "float32", [1, inputs]);
      const predictions = linear(builder, "map", x, outputs);
      const zeros = builder.constant(float32Data([1, outputs], new Float32Array(outputs)));
      const mask = builder.constant(float32Data([1, outputs], new Float32Array(outputs).fill(1)));
      return {
        losses: [{ ...squaredError(builder, "squares", { predictions, targets: zeros, mask }), coefficient: 0.5 }],
      };
    };
    const schedule = warmupCosine({ peak: 0.05, warmup: 3, steps: 10 });
    return buildTrainingGraph({
      name: "quadratic",
      define,
      groups,
      schedule,
      seed: 3,
      ...(clipNorm === undefined ? {} : { clipNorm }),
    });
  }

  function input(step: number, length: number): readonly number[] {
    const random = createRandom("input", step);
    return Array.from({ length }, () => random.uniform(-1, 1));
  }

  function gradientOf(weights: readonly number[], x: readonly number[], outputs: number): readonly number[] {
    const out = Array.from({ length: outputs }, (_, o) =>
      x.reduce((sum, xi, i) => sum + xi * (weights[o * x.length + i] ?? 0), 0),
    );
    return out.flatMap((y) => x.map((xi) => (y * xi) / outputs));
  }

  function clip(gradient: readonly number[], largest: number): readonly number[] {
    const factor = Math.min(1, largest / (Math.hypot(...gradient) + 1e-6));
    return gradient.map((g) => g * factor);
  }

  test("AdamW with decay, clipping and a schedule over ten steps", async () => {
    const training = quadratic(adamWGroups({ betas: [0.9, 0.98], weightDecay: 0.3 }), [3, 4], 0.05);
    const steps = Array.from({ length: 10 }, (_, step) => input(step, 4));
    const reference = new ReferenceAdamW([...numbersOf(initialState(training), "map.weight")], 0.3);
    const rate = warmupCosine({ peak: 0.05, warmup: 3, steps: 10 });
    steps.forEach((x, step) => reference.step(clip(gradientOf(reference.weights, x, 3), 0.05), rate(step), step + 1));
    const { state } = await runTraining(
      executor,
      training,
      steps.map((x) => [{ x: float32Data([1, 4], x) }]),
    );
    numbersOf(state, "map.weight").forEach((weight, place) =>
      expect(Math.abs(weight - (reference.weights[place] ?? 0))).toBeLessThan(2e-6),
    );
  });

  type Matrix = readonly (readonly number[])[];
  const product = (a: Matrix, b: Matrix): Matrix =>
    a.map((row) => (b[0] ?? []).map((_, column) => row.reduce((sum, x, i) => sum + x * (b[i]?.[column] ?? 0), 0)));
  const transposed = (a: Matrix): Matrix => (a[0] ?? []).map((_, column) => a.map((row) => row[column] ?? 0));
  const combined = (x: number, a: Matrix, y: number, b: Matrix): Matrix =>
    a.map((row, i) => row.map((value, j) => x * value + y * (b[i]?.[j] ?? 0)));

  /** The quintic Newton–Schulz iteration of Jordan et al. 2024 in doubles. */
  function newtonSchulz(matrix: Matrix): Matrix {
    const norm = Math.hypot(...matrix.flat()) + 1e-7;
    let x: Matrix = matrix.map((row) => row.map((value) => value / norm));
    for (let iteration = 0; iteration < 5; iteration++) {
      const a = product(x, transposed(x));
      const b = combined(-4.775, a, 2.0315, product(a, a));
      x = combined(3.4445, x, 1, product(b, x));
    }
    return x;
  }

  test.each([
    ["wide", 3, 5],
    ["tall", 5, 3],
  ] as const)("Muon on a %s matrix over five steps", async (_, outputs, inputs) => {
    const groups = muonGroups({ muon: { momentum: 0.9, weightDecay: 0.2, scale: "spectral" } });
    const training = quadratic(groups, [outputs, inputs]);
    const steps = Array.from({ length: 5 }, (__, step) => input(step, inputs));
    const rate = warmupCosine({ peak: 0.05, warmup: 3, steps: 10 });
    const asMatrix = (flat: readonly number[]): Matrix =>
      Array.from({ length: outputs }, (__, row) => flat.slice(row * inputs, (row + 1) * inputs));
    let weights = asMatrix(numbersOf(initialState(training), "map.weight"));
    let momentum: Matrix = weights.map((row) => row.map(() => 0));
    steps.forEach((x, step) => {
      const gradient = asMatrix(gradientOf(weights.flat(), x, outputs));
      momentum = combined(0.9, momentum, 0.1, gradient);
      const direction = newtonSchulz(combined(0.1, gradient, 0.9, momentum));
      const factor = rate(step) * Math.sqrt(Math.max(1, outputs / inputs));
      weights = combined(1 - rate(step) * 0.2, weights, -factor, direction);
    });
    const { state } = await runTraining(
      executor,
      training,
      steps.map((x) => [{ x: float32Data([1, inputs], x) }]),
    );
    // The gradient has rank one: the iteration amplifies rounding of float32 in the empty directions up to 3.44⁵ times.
    numbersOf(state, "map.weight").forEach((weight, place) =>
      expect(Math.abs(weight - (weights.flat()[place] ?? 0))).toBeLessThan(2e-4),
    );
  });
});

test("a training graph survives the ONNX format", () => {
  const { graph } = buildTrainingGraph(options());
  expect(dumpGraph(decodeOnnx(encodeOnnx(graph).model))).toBe(dumpGraph(graph));
});

test("warm-up rises to the peak, the cosine falls to the floor", () => {
  const schedule = warmupCosine({ peak: 2, warmup: 4, steps: 11, floor: 0.1 });
  expect([0, 3, 4, 7, 10, 50].map((step) => Number(schedule(step).toFixed(6)))).toEqual([0.5, 2, 2, 1.1, 0.2, 0.2]);
});
