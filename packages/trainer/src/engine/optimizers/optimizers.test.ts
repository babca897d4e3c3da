import { beforeAll, describe, expect, test } from "vitest";
import { createRandom } from "@dsr/env-bridge/contract";
import { float32Data, linear, toNumbers, type GraphBuilder, type NdData } from "@dsr/dsr-core/graph";
import { createOnnxExecutor } from "../../executors/onnx-executor.js";
import type { Executor } from "../../executors/executor.js";
import { squaredError } from "../losses.js";
import { runTraining } from "../testing.js";
import { buildTrainingGraph, initialState } from "../training-graph.js";
import { adamWGroups, muonGroups, warmupCosine, type ParameterGroup } from "./index.js";

let executor: Executor;
beforeAll(async () => {
  executor = await createOnnxExecutor({ device: "cpu", threads: 1 });
});

function numbersOf(state: ReadonlyMap<string, NdData>, name: string): readonly number[] {
  const data = state.get(name);
  return data === undefined ? [] : toNumbers(data);
}

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

test("warm-up rises to the peak, the cosine falls to the floor", () => {
  const schedule = warmupCosine({ peak: 2, warmup: 4, steps: 11, floor: 0.1 });
  expect([0, 3, 4, 7, 10, 50].map((step) => Number(schedule(step).toFixed(6)))).toEqual([0.5, 2, 2, 1.1, 0.2, 0.2]);
});
