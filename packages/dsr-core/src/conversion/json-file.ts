// Reads JSON files of limited size with one clear error.
// Knows nothing about what they say.
import { readFile, stat } from "node:fs/promises";
import { CoreInputError } from "../errors.js";

const maxBytes = 64 << 20;

/** The JSON value of a file. Throws CoreInputError when it is missing, larger than 64 MiB or not JSON. */
export async function readJson(path: string, what: string): Promise<unknown> {
  const text = await readText(path, what);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CoreInputError(`${path}: expected ${what} in JSON, found something else`, { cause });
  }
}

async function readText(path: string, what: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= maxBytes) return await readFile(path, "utf8");
    throw new CoreInputError(`${path}: expected ${what} of at most ${maxBytes} bytes, found ${size}`);
  } catch (cause) {
    if (cause instanceof CoreInputError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new CoreInputError(`${path}: expected ${what}, found ${code === "ENOENT" ? "no such file" : code}`, {
      cause,
    });
  }
}
