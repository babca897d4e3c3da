// Files that appear whole or not at all: written under a temporary name, flushed, then renamed.
// Knows nothing about what is in them.
import { open, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { nodeStorage } from "../checkpoints/storage.js";

const mark = ".partial-";

/** The name under which this process writes a file or folder until it is whole. */
export function partialName(path: string): string {
  return `${path}${mark}${process.pid}`;
}

/** Whether a name is one of a file or folder that is not whole, or was never finished. */
export function isPartialName(name: string): boolean {
  return name.includes(mark);
}

/**
 * Writes a file by a function that gets a temporary path; its folder is made where it lacks. Returns after the file and
 * its name have reached the disk. On failure nothing is left.
 */
export async function writeWhole(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const storage = nodeStorage();
  await storage.makeFolder(dirname(path));
  const temporary = partialName(path);
  try {
    await write(temporary);
    const handle = await open(temporary, "r+");
    await handle.sync().finally(() => handle.close());
    await storage.rename(temporary, path);
  } catch (error) {
    await storage.remove(temporary);
    throw error;
  }
}

/** Writes a whole file's content as `writeWhole` does. */
export async function writeWholeContent(path: string, content: string | Uint8Array): Promise<void> {
  await writeWhole(path, async (temporary) => {
    const file = await open(temporary, "w");
    await file.writeFile(content).finally(() => file.close());
  });
}

/** Removes what killed processes left half-written in a folder. */
export async function sweepPartial(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) if (isPartialName(name)) await rm(join(folder, name), { force: true });
}
