// Which tokens stand for the options' letters.
// Knows nothing about probabilities.
import { CoreInputError } from "../../errors.js";
import type { TextTokenizer } from "../../processors/tokenizer.js";
import { letterOf } from "../answerer.js";

/** How letters are written: `A` or ` A`, and the token of each option. */
export interface LetterTokens {
  readonly form: "A" | " A";
  readonly ids: readonly number[];
}

/**
 * Tokens of the first letters. An answer begins a line, so the letter alone is taken when the tokenizer has a token for
 * each; else the letter after a space. @throws CoreInputError when neither form is one token a letter
 */
export function letterTokens(tokenizer: TextTokenizer, options: number): LetterTokens {
  for (const form of ["A", " A"] as const) {
    const texts = Array.from({ length: options }, (_, option) => form.replace("A", letterOf(option)));
    const found = texts.map((text) => tokenizer.encode(text));
    if (found.every((ids) => ids.length === 1)) return { form, ids: found.flat() };
  }
  throw new CoreInputError("tokenizer: expected one token for each letter, found several; use likelihood scoring");
}
