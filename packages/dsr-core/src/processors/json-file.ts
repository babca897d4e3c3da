// Reads a JSON file of a model folder and checks its shape.
// Knows nothing about what is in it.
import { readFile } from "node:fs/promises";
import type { z } from "zod";
import { CoreInputError } from "../errors.js";

/**
 * The checked content, or undefined when there is no such file.
 * @throws CoreInputError when it cannot be read, is not JSON, or has another shape
 */
export async function readJsonFile<Shape>(path: string, schema: z.ZodType<Shape>): Promise<Shape | undefined> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new CoreInputError(`${path}: expected a readable file, found ${cause.code ?? cause.message}`, { cause });
  });
  return text === undefined ? undefined : checkShape(parseJson(text, path), schema, path);
}

/** The content in its checked shape. Throws CoreInputError that names `where` and the first key that is wrong. */
export function checkShape<Shape>(content: unknown, schema: z.ZodType<Shape>, where: string): Shape {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = issue === undefined || issue.path.length === 0 ? "" : ` '${issue.path.join(".")}'`;
  throw new CoreInputError(`${where}${key}: ${inOwnWords(issue?.message ?? "expected another shape")}`);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CoreInputError(`${path}: expected JSON, found ${text.length} characters that are not`, { cause });
  }
}

/** Zod's "Invalid input: expected number, received string" in this project's words. */
function inOwnWords(message: string): string {
  const plain = message.replace(/^Invalid input: /, "").replace(", received ", ", found ");
  return plain.charAt(0).toLowerCase() + plain.slice(1);
}
