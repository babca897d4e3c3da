// Reads the JSON objects that a model's folder must have.
// Knows nothing about what they say.
import { z } from "zod";
import { CoreInputError } from "../errors.js";
import { readJsonFile } from "../processors/json-file.js";

const objectSchema = z.record(z.string(), z.unknown());

/** The object in a file. Throws CoreInputError when it is missing or not a JSON object; `what` says what was expected. */
export async function requiredJson(path: string, what: string): Promise<Readonly<Record<string, unknown>>> {
  const found = await readJsonFile(path, objectSchema);
  if (found !== undefined) return found;
  throw new CoreInputError(`${path}: expected ${what}, found no such file`);
}
