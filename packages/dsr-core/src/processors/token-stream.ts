// Text of a reply while its tokens arrive, never with half a character.
// Knows nothing about how tokens become text.

/** Text piece by piece; the pieces joined are the text of all tokens. */
export interface TokenStream {
  /** The text that is certain now; empty while a character is incomplete. */
  push(id: number): string;
  /** What is left, with U+FFFD for an incomplete character. */
  end(): string;
}

/** A stream over `decode`, which turns whole sequences of ids into text. */
export function createTokenStream(decode: (ids: readonly number[]) => string): TokenStream {
  // the last finished tokens stay in front, because some decoders treat a sequence's first token differently
  let finished: readonly number[] = [];
  let pending: number[] = [];
  const fresh = () => decode([...finished, ...pending]).slice(decode(finished).length);
  const finish = (text: string): string => {
    if (pending.length > 0) finished = pending;
    pending = [];
    return text;
  };
  return {
    push: (id) => {
      pending.push(id);
      const text = fresh();
      return text === "" || text.endsWith("\uFFFD") ? "" : finish(text);
    },
    end: () => finish(fresh()),
  };
}
