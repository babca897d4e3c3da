// Reads a checkpoint after checking that it is whole and of the same configuration.
// Knows nothing about training.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError, messageOf } from "@dsr/env-bridge/contract";
import type { NdData } from "@dsr/dsr-core/graph";
import { openSafetensors } from "@dsr/dsr-core/safetensors";
import { type Checkpoint, manifestName, optimizerName, weightsName } from "./checkpoint.js";
import { type Json, type Manifest, firstDifference, parseManifest, sha256 } from "./manifest.js";

/** The run that wants to go on. */
export interface ExpectedRun {
  readonly recipe: string;
  readonly configuration: Json;
}

/**
 * Reads a checkpoint folder. Throws InputError when a file is missing or does not hash to what the manifest says, and,
 * with `expected`, when it comes from another recipe or configuration (naming the first difference).
 */
export async function loadCheckpoint(path: string, expected?: ExpectedRun): Promise<Checkpoint> {
  const { format: _format, files, ...manifest } = await readManifest(path);
  if (expected !== undefined) checkRun(path, manifest, expected);
  const weights = await readTensors(path, weightsName, files);
  return { manifest, weights, optimizer: await readTensors(path, optimizerName, files) };
}

/** Reads only a checkpoint's manifest. */
export async function readManifest(path: string): Promise<Manifest> {
  const where = join(path, manifestName);
  return parseManifest(new TextDecoder().decode(await readPart(where)), where);
}

async function readPart(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new InputError(`${path}: expected a part of a checkpoint, found ${messageOf(cause)}`, { cause });
  }
}

function checkRun(path: string, manifest: Pick<Manifest, "recipe" | "configuration">, expected: ExpectedRun): void {
  if (manifest.recipe !== expected.recipe) {
    throw new InputError(`${path}: expected a checkpoint of recipe '${expected.recipe}', found '${manifest.recipe}'`);
  }
  const difference = firstDifference(manifest.configuration, expected.configuration);
  if (difference === undefined) return;
  throw new InputError(`${path}: expected a checkpoint of the same configuration, found ${difference}`);
}

async function readTensors(path: string, name: string, files: Manifest["files"]): Promise<ReadonlyMap<string, NdData>> {
  const where = join(path, name);
  const [wanted, found] = [files[name]?.sha256 ?? "none", sha256(await readPart(where))];
  if (found !== wanted) {
    const short = `expected sha256 ${wanted.slice(0, 12)}… as ${manifestName} says, found ${found.slice(0, 12)}…`;
    throw new InputError(
      `${where}: ${short}: the checkpoint is damaged; remove its folder to go on from the one before`,
    );
  }
  const reader = await openSafetensors(where);
  try {
    const tensors = new Map<string, NdData>();
    for (const tensor of reader.tensors.keys()) tensors.set(tensor, await reader.read(tensor));
    return tensors;
  } finally {
    await reader.close();
  }
}
