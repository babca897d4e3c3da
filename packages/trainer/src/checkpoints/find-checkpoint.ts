// Which checkpoints a folder holds.
// Knows nothing about what is inside them.
import { join } from "node:path";
import { stepOfName } from "./checkpoint.js";
import { type Storage, nodeStorage } from "./storage.js";

/** A complete checkpoint on disk. */
export interface FoundCheckpoint {
  readonly path: string;
  readonly step: number;
}

/** Complete checkpoints in a folder, oldest first; unfinished ones are left out. */
export async function listCheckpoints(
  folder: string,
  storage: Storage = nodeStorage(),
): Promise<readonly FoundCheckpoint[]> {
  const found: FoundCheckpoint[] = [];
  for (const name of await storage.list(folder)) {
    const step = stepOfName(name);
    if (step !== undefined) found.push({ path: join(folder, name), step });
  }
  return found.sort((a, b) => a.step - b.step);
}

/** The newest complete checkpoint, or undefined. */
export async function latestCheckpoint(folder: string, storage?: Storage): Promise<FoundCheckpoint | undefined> {
  return (await listCheckpoints(folder, storage)).at(-1);
}
