// Files that appear whole or not at all.
// Knows nothing about what is in them.
import { dirname } from "node:path";
import { nodeStorage } from "../checkpoints/storage.js";

/** The name under which this process writes a file or folder until it is whole. */
export function partialName(path: string): string {
  return `${path}.partial-${process.pid}`;
}

/** Writes a file under a temporary name and renames it; its folder is made where it lacks. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const storage = nodeStorage();
  await storage.makeFolder(dirname(path));
  const temporary = partialName(path);
  await storage.remove(temporary);
  try {
    const file = await storage.create(temporary);
    try {
      await file.write(typeof content === "string" ? new TextEncoder().encode(content) : content);
    } finally {
      await file.close();
    }
    await storage.rename(temporary, path);
  } catch (error) {
    await storage.remove(temporary);
    throw error;
  }
}
