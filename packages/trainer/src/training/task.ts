// What the training loop needs to know about a recipe: the graph of one step, its data, its schedule.
// Knows nothing about executors, checkpoints or files.
import type { Random } from "@dsr/env-bridge/contract";
import type { Graph, NdData } from "@dsr/dsr-core/graph";
import type { Tensors } from "@dsr/dsr-core/runtime";
import type { Json } from "../checkpoints/index.js";
import type { CarriedValue } from "../executors/index.js";

/** One optimiser step as a graph. All names are the graph's. */
export interface StepGraph {
  readonly graph: Graph;
  /** Weights and optimiser state: input ← output of the step before. */
  readonly carried: readonly CarriedValue[];
  /** Inputs that are weights; the other carried ones are the optimiser's. */
  readonly weights: readonly string[];
  /** Scalar outputs. */
  readonly loss: string;
  readonly gradientNorm: string;
  /** Floating-point operations of the forward and backward products of one step. */
  readonly flops: number;
}

/** Draws the batches; the order depends only on the random numbers passed in. */
export interface BatchSource {
  /** Feeds of the next step by input name. */
  next(random: Random): Tensors;
}

/** A recipe made ready: everything the loop needs. */
export interface TrainingTask {
  readonly recipe: string;
  /** All that must be the same for a run to go on from a checkpoint: configuration and a hash of the data. */
  readonly identity: Json;
  /** Seeds the weights and the order of the data. */
  readonly seed: string;
  readonly steps: number;
  readonly step: StepGraph;
  /** Starting weights and optimiser state by input name, the same for the same seed on every machine. */
  initialize(random: Random): ReadonlyMap<string, NdData>;
  readonly batches: BatchSource;
  /** What changes from step to step beside the batch, such as the learning rate; steps count from 1. */
  schedule(step: number): { readonly feeds: Tensors; readonly learningRate: number };
  /** What one step sees, for the progress line. */
  readonly samples: { readonly perStep: number; readonly unit: string };
  /** A sample of what the model does by now, for people. */
  readonly sample?: (weights: ReadonlyMap<string, NdData>) => Promise<string>;
}
