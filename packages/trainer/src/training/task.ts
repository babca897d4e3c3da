// What the training loop needs to know about a recipe: the graph of one step, its data, its schedule.
// Knows nothing about executors, checkpoints or files.
import type { Random } from "@dsr/env-bridge/contract";
import type { NdData } from "@dsr/dsr-core/graph";
import type { Tensors } from "@dsr/dsr-core/runtime";
import type { Json } from "../checkpoints/index.js";
import type { TrainingGraph } from "../engine/index.js";

/** Draws the batches; the order depends only on the random numbers passed in. */
export interface BatchSource {
  /** Feeds of the next step by input name, or what `complete` makes them of. */
  next(random: Random): Tensors;
  /** Makes a drawn batch complete where some of its feeds have to be computed. */
  complete?(drawn: Tensors): Promise<Tensors>;
}

/** A recipe made ready: everything the loop needs. */
export interface TrainingTask {
  readonly recipe: string;
  /** All that must be the same for a run to go on from a checkpoint: configuration and a hash of the data. */
  readonly identity: Json;
  /** Seeds the order of the data (and, through the training graph, the weights). */
  readonly seed: string;
  readonly steps: number;
  readonly training: TrainingGraph;
  readonly batches: BatchSource;
  /** Batches whose gradients are summed into one step; above 1 the graph must be built with accumulation. */
  readonly parts: number;
  /** What one step sees, for the progress line. */
  readonly samples: { readonly perStep: number; readonly unit: string };
  /** A sample of what the model does by now, for people. */
  readonly sample?: (weights: ReadonlyMap<string, NdData>) => Promise<string>;
}
