// The recipe `agent-bc`: the model learns to act from demonstrations, by itself or after it has learned to answer.
// Knows nothing about executors or files of runs.
import { z } from "zod";
import { InputError } from "@dsr/env-bridge/contract";
import { createTokenizer } from "@dsr/dsr-core/processors";
import { type Demonstrations, actionLength, openDemonstrations } from "../../demonstrations/index.js";
import { type TrainingGraph, buildTrainingGraph, warmupCosine } from "../../engine/index.js";
import { actionHistogram, classWeights } from "../../minerl/preparation/class-weights.js";
import type { BatchSource } from "../../training/index.js";
import { smallModelGroups } from "../dsr-small/parameter-groups.js";
import { frozenWeights } from "../dsr-small/perception-graph.js";
import { smallTokenizerFiles } from "../dsr-small/small-tokenizer.js";
import { readTrainedRun, startingFrom } from "../dsr-small/trained-weights.js";
import { defineRecipe } from "../recipe.js";
import { type AgentModelOptions, actionComponents, agentModelConfig, instructionWords } from "./agent-model-file.js";
import { type BehaviourStep, defineBehaviourStep } from "./behaviour-graph.js";
import { WindowDraw } from "./window-draw.js";
import { ActionPrompts, WindowRows } from "./window-rows.js";

/** Settings of the recipe. */
export const agentSettings = z.strictObject({
  seed: z.string().default("dsr"),
  /** Folder of a demonstration store (`dsr data demonstrations`), or several to be learned from as one. */
  demonstrations: z.union([z.string(), z.array(z.string()).min(1, "expected at least one folder")], {
    error: "expected a folder or a list of folders",
  }),
  /** Episodes that are used of each store, from the first; all when absent. */
  mostEpisodes: z.number().int().positive().optional(),
  /** Folder of a `dsr-geometry` run of this patch size, whose encoders are taken and stay as they are. */
  geometry: z.string().optional(),
  /** Folder of a `dsr-small` run to go on from; needs `geometry`, and takes that model's sizes. */
  from: z.string().optional(),
  fusion: z.enum(["plain", "addition", "gsm"]).default("plain"),
  chunk: z.number().int().positive().max(64).default(8),
  /** Frames of a window, and steps from one to the next. */
  frames: z.number().int().positive().multipleOf(2).max(32).default(4),
  stride: z.number().int().positive().max(20).default(2),
  patch: z.number().int().positive().max(64).default(8),
  layers: z.number().int().positive().max(32).default(4),
  /** Whether the head also decides what to craft and which slot to use. */
  arguments: z.boolean().default(false),
  steps: z.number().int().positive().default(3000),
  /** Windows a step sees. */
  batch: z.number().int().positive().max(512).default(32),
  learningRate: z.number().positive().default(2e-3),
  warmup: z.number().int().nonnegative().default(80),
  /** How far rare choices are evened out: 0 not at all, 1 fully. */
  balance: z.number().min(0).max(1).default(0.3),
  /** Share of windows that begin with a turn of the camera, beside those that are drawn as they come. */
  turning: z.number().min(0).max(1).default(0.3),
  /** Factor of the exercise to tell where the player's target is, where the store knows it. */
  focus: z.number().nonnegative().default(1),
});

type Settings = z.output<typeof agentSettings>;

/** The options of the model that a store and settings lead to. */
export function agentModelOptions(settings: Settings, store: Demonstrations): AgentModelOptions {
  const { height, width, cameraInterval, tickRate } = store.about;
  const { frames, stride, chunk, fusion, layers, patch } = settings;
  const isContinued = settings.from !== undefined;
  return {
    ...{ fusion, layers, tickRate, answers: isContinued },
    patch: isContinued ? 16 : patch,
    actions: {
      chunk,
      components: actionComponents(cameraInterval, settings.arguments),
      window: { frames, stride, height, width },
    },
    words: isContinued ? [] : instructionWords(store.episodes.map(({ prompt }) => prompt)),
  };
}

function checkSettings({ from, geometry }: Settings, { patch, actions }: AgentModelOptions): void {
  if (from !== undefined && geometry === undefined)
    throw new InputError(
      "recipe 'agent-bc': expected geometry, the run whose encoders the one in from uses, found none",
    );
  const { height, width } = actions.window;
  if (height % (2 * patch) !== 0 || width % (2 * patch) !== 0)
    throw new InputError(
      `recipe 'agent-bc', patch: expected pictures of whole ${2 * patch}-pixel blocks, found ${height}×${width}`,
    );
}

function* allActions(store: Demonstrations): Generator<readonly number[]> {
  for (const episode of store.episodes.keys()) {
    const actions = store.actions(episode);
    for (let at = 0; at < actions.length; at += actionLength) yield [...actions.subarray(at, at + actionLength)];
  }
}

function trainingGraph(settings: Settings, step: BehaviourStep, focus: number): TrainingGraph {
  const { seed, steps, warmup, learningRate: peak, geometry, from } = settings;
  const encoders = geometry === undefined ? undefined : readTrainedRun(geometry, "dsr-geometry").weights;
  const training = buildTrainingGraph({
    name: "agent-bc",
    seed,
    define: defineBehaviourStep(step, focus),
    groups: smallModelGroups(),
    schedule: warmupCosine({ peak, warmup, steps, floor: 0.03 }),
    clipNorm: 1,
    ...(encoders === undefined ? {} : { frozen: frozenWeights((name) => encoders.get(name)) }),
  });
  return from === undefined ? training : startingFrom(training, readTrainedRun(from, "dsr-small").weights);
}

/** A prepared model with its prompts; what training and tests share. */
export function prepareAgent(settings: Settings, store: Demonstrations) {
  const options = agentModelOptions(settings, store);
  checkSettings(settings, options);
  const config = agentModelConfig(options);
  const { tokenizer, configuration } = smallTokenizerFiles(options.words);
  const prompts = new ActionPrompts(
    { ...config, actions: options.actions },
    createTokenizer(tokenizer, configuration),
    options.tickRate,
  );
  const instructions = [...new Set(store.episodes.map(({ prompt }) => prompt))];
  return { options, prompts, sizes: prompts.sizes(instructions, settings.batch) };
}

/** Acts in the embedded world from pixels. */
export const agentRecipe = defineRecipe({
  name: "agent-bc",
  description: "the agent: behaviour cloning on demonstrations (needs dsr data demonstrations)",
  schema: agentSettings,
  task: (settings) => {
    const store = openDemonstrations([settings.demonstrations].flat(), settings.mostEpisodes);
    const { options, prompts, sizes } = prepareAgent(settings, store);
    const { cameraInterval } = store.about;
    const weights = classWeights(actionHistogram(allActions(store), cameraInterval), { power: settings.balance });
    const draw = new WindowDraw(store, options.actions, settings.turning);
    const focus = store.about.focus ? settings.focus : 0;
    const batches: BatchSource = {
      next: (random) => {
        const rows = new WindowRows(prompts, sizes, weights);
        for (let row = 0; row < sizes.batch; row++) rows.set(row, draw.next(random));
        const { focus_targets, focus_mask, ...feeds } = rows.feeds();
        return focus > 0 && focus_targets && focus_mask ? { ...feeds, focus_targets, focus_mask } : feeds;
      },
    };
    const { mostEpisodes = null, geometry = null, from = null } = settings;
    return {
      recipe: "agent-bc",
      identity: {
        ...settings,
        ...{ mostEpisodes, geometry, from },
        store: JSON.stringify(store.about),
        count: store.episodes.length,
        model: JSON.stringify(options),
      },
      seed: settings.seed,
      steps: settings.steps,
      training: trainingGraph(settings, { config: prompts.config, sizes }, focus),
      batches,
      parts: 1,
      samples: { perStep: settings.batch, unit: "windows" },
    };
  },
});
