// Weights of a finished or running training run, read at once.
// Knows nothing about what they belong to.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@dsr/env-bridge/contract";
import type { NdData } from "@dsr/dsr-core/graph";
import { parseHeader, toNdData } from "@dsr/dsr-core/safetensors";
import type { TrainingGraph } from "../../engine/index.js";
import { manifestName, stepOfName, weightsName } from "../../checkpoints/checkpoint.js";
import { type Manifest, parseManifest } from "../../checkpoints/manifest.js";

/** The newest checkpoint of a run. */
export interface TrainedRun {
  readonly manifest: Manifest;
  readonly weights: ReadonlyMap<string, NdData>;
}

/** Reads the newest checkpoint of a run's folder. @throws InputError when it holds none, or one of another recipe */
export function readTrainedRun(run: string, recipe: string): TrainedRun {
  const newest = newestCheckpoint(run);
  const manifest = manifestOf(newest);
  if (manifest.recipe !== recipe)
    throw new InputError(`${run}: expected a run of recipe '${recipe}', found '${manifest.recipe}'`);
  return { manifest, weights: readTensors(join(newest, weightsName)) };
}

/** Starting weights from a run where names and shapes agree. */
export function startingFrom(training: TrainingGraph, weights: ReadonlyMap<string, NdData>): TrainingGraph {
  const state = training.state.map((variable) => {
    const known = weights.get(variable.input);
    const fits = known?.shape.join() === variable.shape.join();
    return known !== undefined && fits && variable.role === "weight" ? { ...variable, initial: () => known } : variable;
  });
  return { ...training, state };
}

/** The recipe of a run. @throws InputError when the folder holds no checkpoint */
export function recipeOfRun(run: string): string {
  return manifestOf(newestCheckpoint(run)).recipe;
}

function newestCheckpoint(run: string): string {
  const folder = join(run, "checkpoints");
  const newest = namesIn(folder)
    .filter((name) => stepOfName(name) !== undefined)
    .sort((a, b) => (stepOfName(a) ?? 0) - (stepOfName(b) ?? 0))
    .at(-1);
  if (newest === undefined) throw new InputError(`${run}: expected a run with a checkpoint, found none`);
  return join(folder, newest);
}

function manifestOf(checkpoint: string): Manifest {
  const where = join(checkpoint, manifestName);
  return parseManifest(readFileSync(where, "utf8"), where);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readTensors(path: string): ReadonlyMap<string, NdData> {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = parseHeader(bytes.subarray(8, 8 + length), bytes.length - 8 - length, path);
  return new Map(
    [...header.tensors].map(([name, { type, shape, offset, byteLength }]) => {
      const start = 8 + length + offset;
      return [name, toNdData(name, { type, shape, bytes: bytes.subarray(start, start + byteLength) })];
    }),
  );
}
