// A task that trains a transformer language model on windows of a token stream.
// Knows nothing about what the tokens are.
import { z } from "zod";
import { type Random, InputError, createRandom } from "@dsr/env-bridge/contract";
import { type GraphBuilder, type NdData, float32Data, int64Data } from "@dsr/dsr-core/graph";
import { type TransformerConfig, transformerLanguageModel } from "@dsr/dsr-core/model";
import {
  type ParameterGroup,
  type TrainingDefinition,
  type TrainingGraph,
  adamWGroups,
  buildTrainingGraph,
  crossEntropy,
  muonGroups,
  warmupCosine,
} from "../engine/index.js";
import type { BatchSource } from "../training/index.js";

/** Settings that every language model recipe has. */
export const optimizationShape = {
  seed: z.string().default("dsr"),
  steps: z.number().int().positive().default(600),
  /** Windows of the text a step sees. */
  batch: z.number().int().positive().max(4096).default(32),
  /** Batches whose gradients are summed into one step, for batches larger than memory. */
  accumulate: z.number().int().positive().max(1024).default(1),
  optimizer: z.enum(["adamw", "muon"]).default("adamw"),
  learningRate: z.number().positive().default(3e-3),
  /** Steps from zero to the full learning rate. */
  warmup: z.number().int().nonnegative().default(40),
  weightDecay: z.number().nonnegative().default(0.01),
  clipNorm: z.number().positive().default(1),
};

const optimizationSchema = z.object(optimizationShape);
export type OptimizationConfig = z.output<typeof optimizationSchema>;

/** Inputs of a language model's step. */
export const languageModelInputs = ["tokens", "targets", "mask"] as const;

/** One training step of the model: inputs `tokens`, `targets` (int64) and `mask` (float32), all [batch, context]. */
export function languageModelStep(name: string, model: TransformerConfig, settings: OptimizationConfig): TrainingGraph {
  const { seed, steps, batch, learningRate: peak, warmup, clipNorm } = settings;
  const define = (builder: GraphBuilder): TrainingDefinition => {
    const shape = [batch, model.context];
    const tokens = builder.input("tokens", "int64", shape);
    const inputs = { targets: builder.input("targets", "int64", shape), mask: builder.input("mask", "float32", shape) };
    const logits = transformerLanguageModel(builder, model, tokens);
    return { losses: [crossEntropy(builder, "next_token", { logits, ...inputs })] };
  };
  const schedule = warmupCosine({ peak, warmup, steps, floor: 0.03 });
  const groups = groupsOf(settings);
  return buildTrainingGraph({ name, define, groups, schedule, seed, clipNorm, accumulation: settings.accumulate > 1 });
}

function groupsOf({ optimizer, weightDecay }: OptimizationConfig): readonly ParameterGroup[] {
  const adamw = { betas: [0.9, 0.98], weightDecay } as const;
  return optimizer === "adamw" ? adamWGroups(adamw) : muonGroups({ muon: { weightDecay }, adamw });
}

export interface WindowOptions {
  readonly batch: number;
  readonly context: number;
}

/** Windows of a token stream at random places; each token's target is the one after it. Throws InputError when too short. */
export function tokenWindows(tokens: Int32Array, { batch, context }: WindowOptions): BatchSource {
  const places = tokens.length - context;
  if (places < 1) throw new InputError(`text: expected more than ${context} tokens, found ${tokens.length}`);
  const mask = float32Data([batch, context], new Float32Array(batch * context).fill(1));
  return {
    next: (random) => {
      const starts = Array.from({ length: batch }, () => random.integer(places));
      return { tokens: windows(tokens, starts, context, 0), targets: windows(tokens, starts, context, 1), mask };
    },
  };
}

function windows(tokens: Int32Array, starts: readonly number[], context: number, shift: number): NdData {
  const elements = starts.flatMap((start) => Array.from(tokens.subarray(start + shift, start + shift + context)));
  return int64Data([starts.length, context], elements);
}

/** Tokens without meaning, for measuring speed. */
export function randomTokens(seed: string, count: number, vocabulary: number): Int32Array {
  const random: Random = createRandom(seed, "tokens");
  return Int32Array.from({ length: count }, () => random.integer(vocabulary));
}
