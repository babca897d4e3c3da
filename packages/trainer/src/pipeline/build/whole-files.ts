// Files that appear whole or not at all: written under a temporary name, flushed, then renamed.
// Knows nothing about what is in them.
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

const mark = ".partial-";

/** Writes a file by a function that gets a temporary path. On failure nothing is left. */
export async function writeWhole(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}${mark}${process.pid}`;
  try {
    await write(temporary);
    const handle = await open(temporary, "r+");
    await handle.sync().finally(() => handle.close());
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Writes a whole file's content. */
export async function writeWholeContent(path: string, content: string | Uint8Array): Promise<void> {
  await writeWhole(path, async (temporary) => {
    const file = await open(temporary, "w");
    await file.writeFile(content).finally(() => file.close());
  });
}

/** Removes what killed processes left half-written in a folder. */
export async function sweepPartial(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) if (name.includes(mark)) await rm(join(folder, name), { force: true });
}
