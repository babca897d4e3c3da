// Writes a checkpoint so that a kill or a full disk at any moment leaves the ones before it as they were.
// Knows nothing about training.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { InfrastructureError, messageOf } from "@dsr/env-bridge/contract";
import { type ByteSink, writeSafetensors } from "@dsr/dsr-core/safetensors";
import {
  type Checkpoint,
  checkpointName,
  manifestName,
  optimizerName,
  partialPrefix,
  weightsName,
} from "./checkpoint.js";
import { listCheckpoints } from "./find-checkpoint.js";
import { type Manifest, checkpointFormat } from "./manifest.js";
import { type Storage, nodeStorage } from "./storage.js";

export interface SaveOptions {
  /** How many checkpoints stay; older ones are removed after the new one is complete. 3 when absent. */
  readonly keep?: number;
  readonly storage?: Storage;
}

/**
 * Writes `folder/step-…` (weights, optimiser state, manifest) under a temporary name, renames it, then removes the
 * oldest beyond `keep`. Returns its path. Throws InfrastructureError when the disk fails; earlier checkpoints stay.
 */
export async function saveCheckpoint(
  folder: string,
  checkpoint: Checkpoint,
  options: SaveOptions = {},
): Promise<string> {
  const storage = options.storage ?? nodeStorage();
  const name = checkpointName(checkpoint.manifest.step);
  const partial = join(folder, `${partialPrefix}${name}`);
  try {
    await writeParts(storage, partial, checkpoint);
    await replace(storage, partial, join(folder, name));
  } catch (cause) {
    await storage.remove(partial).catch(() => undefined);
    throw await saveError(storage, folder, name, cause);
  }
  await rotate(storage, folder, options.keep ?? 3);
  return join(folder, name);
}

async function saveError(storage: Storage, folder: string, name: string, cause: unknown): Promise<InfrastructureError> {
  const last = (await listCheckpoints(folder, storage).catch(() => [])).at(-1);
  const intact = last === undefined ? "there is none before it" : `${last.path} is intact`;
  return new InfrastructureError(
    `${join(folder, name)}: expected to write a checkpoint, found: ${messageOf(cause)} (${intact})`,
    {
      cause,
      code: "internal",
    },
  );
}

async function writeParts(
  storage: Storage,
  partial: string,
  { manifest, weights, optimizer }: Checkpoint,
): Promise<void> {
  await storage.remove(partial);
  await storage.makeFolder(partial);
  const files: Manifest["files"] = {};
  for (const [name, tensors] of [
    [weightsName, weights],
    [optimizerName, optimizer],
  ] as const) {
    files[name] = await writeFile(storage, join(partial, name), (sink) => writeSafetensors(sink, tensors));
  }
  const text = `${JSON.stringify({ format: checkpointFormat, ...manifest, files } satisfies Manifest, null, 2)}\n`;
  await writeFile(storage, join(partial, manifestName), (sink) => sink.write(new TextEncoder().encode(text)));
}

async function writeFile(
  storage: Storage,
  path: string,
  write: (sink: ByteSink) => Promise<void>,
): Promise<{ sha256: string; bytes: number }> {
  const [hash, file] = [createHash("sha256"), await storage.create(path)];
  let bytes = 0;
  try {
    await write({
      write: async (piece) => {
        hash.update(piece);
        bytes += piece.length;
        await file.write(piece);
      },
    });
  } finally {
    await file.close();
  }
  return { sha256: hash.digest("hex"), bytes };
}

/** A checkpoint of the same step (of a run that went back) makes room only after the new one is complete. */
async function replace(storage: Storage, partial: string, final: string): Promise<void> {
  const [folder, name] = [join(final, ".."), final.slice(join(final, "..").length + 1)];
  if ((await storage.list(folder)).includes(name)) {
    const old = join(folder, `${partialPrefix}old-${name}`);
    await storage.remove(old);
    await storage.rename(final, old);
  }
  await storage.rename(partial, final);
}

async function rotate(storage: Storage, folder: string, keep: number): Promise<void> {
  const checkpoints = await listCheckpoints(folder, storage);
  for (const { path } of checkpoints.slice(0, Math.max(0, checkpoints.length - Math.max(1, keep)))) {
    await storage.remove(path);
  }
  for (const name of await storage.list(folder)) {
    if (name.startsWith(partialPrefix)) await storage.remove(join(folder, name));
  }
}
