// A checkpoint in memory, and the names its parts have on disk.
// Knows nothing about reading or writing.
import type { NdData } from "@dsr/dsr-core/graph";
import type { Manifest } from "./manifest.js";

/** Everything that training needs to go on as if it had never stopped. */
export interface Checkpoint {
  readonly manifest: Omit<Manifest, "files" | "format">;
  /** Parameters by name. */
  readonly weights: ReadonlyMap<string, NdData>;
  /** The optimiser's moments and counters by name. */
  readonly optimizer: ReadonlyMap<string, NdData>;
}

export const manifestName = "manifest.json";
export const weightsName = "weights.safetensors";
export const optimizerName = "optimizer.safetensors";

/** `step-00000250`: names sort as their steps do. */
export function checkpointName(step: number): string {
  return `step-${String(step).padStart(8, "0")}`;
}

/** The step of a checkpoint folder's name, or undefined when it is something else. */
export function stepOfName(name: string): number | undefined {
  const match = /^step-(\d{8,})$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** Folders of this name are unfinished: their process was killed or their disk was full. */
export const partialPrefix = ".partial-";
