// Files appear whole or not at all: written under a temporary name, then renamed.
// Knows nothing about what is in them.
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Temporary names end with this and a process id; leftovers of killed processes can be told by it. */
export const temporaryMark = ".partial-";

/** The temporary name of a file or folder of this process. */
export function temporaryName(path: string): string {
  return `${path}${temporaryMark}${process.pid}`;
}

/** Whether a name is a leftover or work in progress. */
export function isTemporaryName(name: string): boolean {
  return name.includes(temporaryMark);
}

/** Writes a whole file, creating its folder; a reader sees the old content or the new, never a part. */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = temporaryName(path);
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
