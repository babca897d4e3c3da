// Characters as whole numbers and back.
// Knows nothing about models.
import { InputError } from "@dsr/env-bridge/contract";

/** Characters (code points) in order; their places are the tokens. */
export interface Vocabulary {
  readonly characters: readonly string[];
  /** Tokens of a text. Throws InputError for a character that is not in the vocabulary. */
  encode(text: string): Int32Array;
  /** Text of tokens; unknown ones become the replacement character. */
  decode(tokens: Iterable<number>): string;
}

/** The vocabulary of a text: its characters, sorted by code point. */
export function vocabularyOf(text: string): Vocabulary {
  const characters = [...new Set(text)].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0));
  const places = new Map(characters.map((character, place) => [character, place]));
  const place = (character: string): number => {
    const found = places.get(character);
    if (found !== undefined) return found;
    throw new InputError(
      `character ${JSON.stringify(character)}: expected one of the ${characters.length} of the training text`,
    );
  };
  return {
    characters,
    encode: (text_) => Int32Array.from([...text_], place),
    decode: (tokens) => Array.from(tokens, (token) => characters[token] ?? "\uFFFD").join(""),
  };
}
