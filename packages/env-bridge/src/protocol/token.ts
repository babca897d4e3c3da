// What a token may look like, so that it can travel in a header.
// Knows nothing about who checks it.
import { InputError } from "../contract/errors.js";

/** @throws InputError for a token that is empty or cannot stand in an `Authorization` header; its text is not repeated */
export function checkToken(token: string | undefined): void {
  if (token === undefined || /^[\x21-\x7e]{1,512}$/.test(token)) return;
  throw new InputError("token: expected 1 to 512 printable ASCII characters without spaces, found others");
}
