import { beforeAll, describe, expect, test } from "vitest";
import { createRandom } from "@dsr/env-bridge/contract";
import {
  decodeOnnx,
  dumpGraph,
  encodeOnnx,
  float32Data,
  int64Data,
  largestLiveBytes,
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
import { crossEntropy } from "./losses.js";
import { adamWGroups, constantRate, muonGroups } from "./optimizers/index.js";
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
    // Two of two layers are recomputed one after the other, so that one layer's inner values live at a time.
    expect(largestLiveBytes(again.graph)).toBeLessThan(0.8 * largestLiveBytes(kept.graph));
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

test("a training graph survives the ONNX format", () => {
  const { graph } = buildTrainingGraph(options());
  expect(dumpGraph(decodeOnnx(encodeOnnx(graph).model))).toBe(dumpGraph(graph));
});
