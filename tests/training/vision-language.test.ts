// The whole model family trains: gradients reach every weight of tower, geometry encoder, GSM and decoder, in both executors.
import { expect, test } from "vitest";
import {
  type GraphBuilder,
  type NdData,
  type Value,
  concat,
  float32Data,
  int64Data,
  reshape,
  slice,
  toNumbers,
  unsqueeze,
} from "@dsr/dsr-core/graph";
import { causalBias } from "@dsr/dsr-core/graph";
import {
  type VisionLanguageConfig,
  decoder,
  embedTokens,
  finalNorm,
  geometryEncoder,
  geometrySelection,
  languageHead,
  modelTensors,
  parseModelConfig,
  patchGrid,
  patchLength,
  renormalizedFrames,
  spatialMerger,
  visionTower,
} from "@dsr/dsr-core/model";
import {
  type TrainingGraph,
  adamWGroups,
  buildTrainingGraph,
  crossEntropy,
  initialState,
  stepFeeds,
  warmupCosine,
} from "@dsr/trainer/engine";
import { createExecutor } from "@dsr/trainer/executors";

const config: VisionLanguageConfig = parseModelConfig(
  {
    model_type: "qwen2_5_vl",
    vocab_size: 20,
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    rope_theta: 10_000,
    initializer_range: 0.3,
    vision_config: {
      ...{ depth: 2, hidden_size: 8, num_heads: 2, intermediate_size: 12, patch_size: 2, window_size: 8 },
      fullatt_block_indexes: [1],
    },
    dsr_config: {
      fusion: "gsm",
      num_queries: 3,
      geometry_encoder: {
        ...{ num_hidden_layers: 1, hidden_size: 8, num_attention_heads: 2, num_register_tokens: 1, position_grid: 2 },
      },
    },
  },
  { where: "test" },
);

const grid = patchGrid(2, 2, 3, 2);
const [videoTokens, queries, text, steps] = [12, 3, 4, 12];
const length = videoTokens + queries + text;

/** Positions of the video's grid, then of the geometry tokens and the text, as three lists. */
function positions(count: number): NdData {
  const video = Array.from({ length: videoTokens }, (_, place) => [
    Math.floor(place / 6),
    Math.floor(place / 3) % 2,
    place % 3,
  ]);
  const rest = Array.from({ length: count - videoTokens }, (_, place) => [3 + place, 3 + place, 3 + place]);
  const all = [...video, ...rest];
  return int64Data(
    [3, 1, count],
    [0, 1, 2].flatMap((axis) => all.map((place) => place[axis] ?? 0)),
  );
}

function features(builder: GraphBuilder, pixels: Value, question: Value): Value {
  const { vision, text: language, geometry, gsm } = config;
  if (geometry === undefined || gsm === undefined) throw new TypeError("the test's model has a GSM");
  const seen = visionTower(builder, pixels, { config: vision, grid, outputs: language.hiddenSize });
  const frames = renormalizedFrames(builder, pixels, vision, grid);
  const encoded = geometryEncoder(builder, frames, { config: geometry, vision, grid });
  const merged = spatialMerger(builder, encoded, { grid, frames: 2, outputs: language.hiddenSize });
  const batched = (x: Value): Value => unsqueeze(builder, x, [0]);
  const { tokens } = geometrySelection(
    builder,
    { text: language, gsm },
    { text: question, geometry: batched(merged), positions: builder.constant(positions(videoTokens)) },
  );
  return concat(builder, [batched(seen), tokens], 1);
}

function trainingGraph(): TrainingGraph {
  return buildTrainingGraph({
    name: "whole-model",
    seed: 3,
    groups: adamWGroups({ betas: [0.9, 0.98], weightDecay: 0.01 }),
    schedule: warmupCosine({ peak: 0.02, warmup: 2, steps, floor: 0.1 }),
    clipNorm: 1,
    define: (builder) => {
      const pixels = builder.input("pixels", "float32", [48, patchLength(config.vision)]);
      const question = embedTokens(builder, config.text, builder.input("question", "int64", [1, text]));
      const embeddings = concat(builder, [features(builder, pixels, question), question], 1);
      const bias = causalBias(builder, length, length);
      const { hidden } = decoder(builder, config.text, {
        embeddings,
        positions: builder.constant(positions(length)),
        bias,
      });
      const last = slice(builder, hidden.at(-1) ?? embeddings, { axis: 1, start: length - 1, end: length });
      const logits = languageHead(builder, config.text, finalNorm(builder, config.text, last));
      const [targets, mask] = [builder.input("answer", "int64", [1]), builder.input("mask", "float32", [1])];
      const rows = reshape(builder, logits, [1, config.text.vocabularySize]);
      return { losses: [crossEntropy(builder, "answer", { logits: rows, targets, mask })] };
    },
  });
}

/** Two questions about two videos whose answers differ by video only. */
function batch(step: number): Readonly<Record<string, NdData>> {
  const video = step % 2;
  const size = patchLength(config.vision);
  const elements = Array.from({ length: 48 * size }, (_, place) => Math.sin(place * (0.3 + 0.5 * video)));
  return {
    pixels: float32Data([48, size], elements),
    question: int64Data([1, text], [1, 2, 3, 4]),
    answer: int64Data([1], [video === 0 ? 7 : 11]),
    mask: float32Data([1], [1]),
  };
}

async function train(library: string): Promise<{ losses: readonly number[]; weights: ReadonlyMap<string, NdData> }> {
  const training = trainingGraph();
  const executor = await createExecutor(library, { device: "cpu", threads: 1 });
  const program = await executor.load(training.graph, { carried: training.state });
  program.writeCarried(initialState(training));
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const results = await program.run({ ...batch(step), ...stepFeeds(training, step) });
    losses.push(Number(results["loss"]?.data[0]));
  }
  const weights = await program.readCarried();
  await program.close();
  return { losses, weights };
}

test("tower, geometry encoder, GSM and decoder learn to tell two videos apart", async () => {
  const { losses, weights } = await train("onnxruntime");
  expect((losses.at(-1) ?? 9) + (losses.at(-2) ?? 9)).toBeLessThan(0.3 * ((losses[0] ?? 0) + (losses[1] ?? 0)));
  const start = initialState(trainingGraph());
  for (const name of modelTensors(config).keys()) {
    const [before, after] = [start.get(name), weights.get(name)];
    expect(after === undefined || before === undefined ? name : toNumbers(after).join()).not.toBe(
      before === undefined ? name : toNumbers(before).join(),
    );
  }
});

test("the TensorFlow.js executor computes the same losses", async () => {
  const [reference, found] = [await train("onnxruntime"), await train("tensorflow")];
  const difference = Math.max(
    ...reference.losses.map((loss, step) => Math.abs(loss - (found.losses[step] ?? Number.NaN))),
  );
  console.log(`whole model, ${steps} steps: max |Δloss| between executors ${difference.toExponential(1)}`);
  // twelve updates of a tiny model at a high rate multiply the executors' different order of sums
  expect(difference).toBeLessThan(1e-3);
});
