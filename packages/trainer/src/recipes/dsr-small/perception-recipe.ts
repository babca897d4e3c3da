// The recipe `dsr-small`: the paper's model with small numbers learns to answer questions about clips of the embedded world.
// Knows nothing about executors or files of runs. Encoders come from the recipe `dsr-geometry` and stay as they are.
import { z } from "zod";
import { InputError, type Random } from "@dsr/env-bridge/contract";
import { type NdData, int64Data, tensorData } from "@dsr/dsr-core/graph";
import { createTokenizer } from "@dsr/dsr-core/processors";
import { ClipStore } from "../../clips/index.js";
import { buildTrainingGraph, warmupCosine } from "../../engine/index.js";
import type { BatchSource } from "../../training/index.js";
import { defineRecipe } from "../recipe.js";
import { ClipEncoder } from "./clip-features.js";
import { mostClauses, smallModelConfig } from "./model-file.js";
import { smallModelGroups } from "./parameter-groups.js";
import { definePerceptionStep, frozenWeights } from "./perception-graph.js";
import { QuestionDraw } from "./question-draw.js";
import { PromptMaker, QuestionRows, type RowSizes } from "./question-rows.js";
import { smallTokenizerFiles, smallTokens } from "./small-tokenizer.js";
import { readTrainedRun, startingFrom } from "./trained-weights.js";

const schema = z.strictObject({
  seed: z.string().default("dsr"),
  /** Folder of a clip store (`dsr data film`). */
  clips: z.string(),
  mostClips: z.number().int().positive().optional(),
  /** Folder of a `dsr-geometry` run; its newest checkpoint is taken. */
  geometry: z.string(),
  /** Folder of a run of this recipe whose weights it starts from, instead of random ones. */
  from: z.string().optional(),
  fusion: z.enum(["plain", "addition", "gsm"]).default("gsm"),
  steps: z.number().int().positive().default(4600),
  /** Clips a step sees, and questions about each. */
  batch: z.number().int().positive().max(64).default(5),
  questions: z.number().int().positive().max(64).default(8),
  learningRate: z.number().positive().default(3e-3),
  warmup: z.number().int().nonnegative().default(80),
  /** Factor of the losses of what track slots know of objects, and of the answer. */
  regression: z.number().nonnegative().default(2),
  progress: z.number().nonnegative().default(1),
  leastMargin: z.number().nonnegative().default(0.05),
  balance: z.number().min(0).max(1).default(1),
  /** Share of the clips that are taken away, so that the model learns how common answers are. */
  unseen: z.number().min(0).max(1).default(0.1),
});

interface BatchOptions {
  readonly store: ClipStore;
  readonly draw: QuestionDraw;
  readonly maker: PromptMaker;
  readonly sizes: RowSizes;
  readonly clips: number;
  /** Share of the clips that are not shown. */
  readonly unseen: number;
  readonly encoder: ClipEncoder;
}

/** Fills the rows of a clip; draws another clip when too few questions are found. */
function fillClip(
  rows: QuestionRows,
  from: number,
  { store, draw, sizes, clips }: BatchOptions,
  random: Random,
): number {
  for (let tries = 0; tries < 50; tries++) {
    const clip = random.integer(store.count);
    const clues = store.clues[clip];
    if (clues === undefined) continue;
    const wanted = sizes.questions / clips;
    let found = 0;
    for (let misses = 0; found < wanted && misses < 2 * wanted;) {
      const candidate = draw.next(clues, random);
      if (candidate !== undefined && rows.add(from + found, clues, candidate)) found++;
      else misses++;
    }
    if (found === wanted) return clip;
  }
  throw new InputError("clips: expected scenes that questions can be asked about, found none in 50 draws");
}

function batches(options: BatchOptions): BatchSource {
  const { maker, sizes, clips, unseen, encoder } = options;
  return {
    next: (random) => {
      const rows = new QuestionRows(maker, sizes);
      const seen = Float32Array.from({ length: clips }, () => (random.float() < unseen ? 0 : 1));
      const drawn = Array.from({ length: clips }, (_, place) =>
        fillClip(rows, (place * sizes.questions) / clips, options, random),
      );
      const feeds: Record<string, NdData> = { ...rows.feeds() };
      if (maker.config.fusion !== "gsm")
        for (const name of Object.keys(feeds)) if (name.startsWith("word")) delete feeds[name];
      return { ...feeds, clips: int64Data([clips], drawn), seen: tensorData("float32", [clips], seen) };
    },
    complete: async ({ clips: drawn, ...feeds }) => {
      const features = await encoder.features(Array.from(drawn?.data ?? [], Number));
      return { ...feeds, ...features };
    },
  };
}

/** Answers questions about the embedded world from pixels. */
export const perceptionRecipe = defineRecipe({
  name: "dsr-small",
  description: "the small DSR model on questions about clips (needs clips and a dsr-geometry run)",
  schema,
  task: (settings) => {
    const { seed, steps, batch, fusion, warmup, learningRate: peak, leastMargin, balance } = settings;
    const store = ClipStore.open(settings.clips, settings.mostClips);
    const { tokenizer, configuration } = smallTokenizerFiles();
    const config = smallModelConfig({ fusion, ...smallTokens() });
    const maker = new PromptMaker(config, createTokenizer(tokenizer, configuration), store.about);
    const [temporal, rows, columns] = maker.cells;
    const sizes: RowSizes = {
      questions: batch * settings.questions,
      suffix: 64 + (config.gsm?.queries ?? 0),
      words: 40,
      videoTokens: temporal * rows * columns,
      queries: config.gsm?.queries ?? 0,
    };
    const timestamps = store.clues[0]?.frames.map(({ timestamp }) => timestamp) ?? [];
    const { frames, height, width } = store.about;
    const { weights: encoders } = readTrainedRun(settings.geometry, "dsr-geometry");
    const frozen = frozenWeights((name) => encoders.get(name));
    const encoder = new ClipEncoder(store, config, frozen);
    const draw = new QuestionDraw(store.clues, { leastMargin, mostClauses, balance });
    const step = {
      config,
      sizes,
      prefix: maker.prefix(timestamps),
      clips: batch,
      frames: [frames, height, width],
      regression: settings.regression,
      progress: settings.progress,
    } as const;
    const training = buildTrainingGraph({
      name: "dsr-small",
      seed,
      define: definePerceptionStep(step),
      groups: smallModelGroups(),
      schedule: warmupCosine({ peak, warmup, steps, floor: 0.03 }),
      clipNorm: 1,
      frozen,
    });
    const { from } = settings;
    return {
      recipe: "dsr-small",
      identity: {
        ...settings,
        from: from ?? null,
        mostClips: settings.mostClips ?? null,
        clips: JSON.stringify(store.about.settings),
        count: store.count,
      },
      seed,
      steps,
      training: from === undefined ? training : startingFrom(training, readTrainedRun(from, "dsr-small").weights),
      batches: batches({ store, draw, maker, sizes, clips: batch, unseen: settings.unseen, encoder }),
      parts: 1,
      samples: { perStep: sizes.questions, unit: "questions" },
    };
  },
});
