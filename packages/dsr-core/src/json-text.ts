// The value of a JSON text.
// Knows nothing about files or what the value must be.
import { CoreInputError } from "./errors.js";

/** The value of a JSON text. @throws CoreInputError naming `where`, with the beginning of what was found */
export function jsonOf(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CoreInputError(`${where}: expected JSON, found ${JSON.stringify(text.slice(0, 40))}`);
  }
}

/** The value of a JSON text, or undefined when it is none: for a schema that then says what it expects. */
export function jsonIfValid(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
