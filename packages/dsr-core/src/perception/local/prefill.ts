// Reads a whole prompt into the language model, going on from what is already read of it where that can be.
// Knows nothing about how answers are made of what comes out.
import { int64Data, tensorData } from "../../graph/data.js";
import type { NdData } from "../../graph/graph.js";
import type { Clip } from "../clip.js";
import type { Decoder, KeyValueCache } from "./decoder.js";
import type { EmbeddedPrompt } from "./prompt-embedder.js";
import { type PromptLayout, positionsOf } from "./prompt-layout.js";

/** A prompt that has been read. */
export interface ReadPrompt {
  /** Logits [vocabulary] of the first token of the answer. */
  readonly logits: Float32Array;
  readonly cache: KeyValueCache;
  /** Position of the first token of the answer. */
  readonly next: number;
  /** Predictions [1, slots, size] by head of the slots that were asked for. */
  readonly heads: ReadonlyMap<string, NdData>;
}

interface HeldPrefix {
  readonly clip: Clip;
  /** Ids up to the last video pad. */
  readonly ids: readonly number[];
  readonly cache: KeyValueCache;
}

/** A prompt that is to be read. */
export interface PromptToRead {
  readonly clip: Clip;
  readonly layout: PromptLayout;
  readonly embedded: EmbeddedPrompt;
  /** Whether other questions about the clip are to be expected. */
  readonly shared: boolean;
  /** Places in the prompt, behind the video, of slots whose heads are wanted. */
  readonly slots?: readonly number[];
}

/**
 * Reads prompts. Everything up to the last video pad is the same for all questions about a clip (the question and the
 * GSM's tokens come after): its keys and values are kept for the newest clip that is asked more than once.
 */
export class PromptReader {
  readonly #decoder: Decoder;
  #held: HeldPrefix | undefined;

  constructor(decoder: Decoder) {
    this.#decoder = decoder;
  }

  /** Forgets what is held. */
  clear(): void {
    this.#held = undefined;
  }

  async read(prompt: PromptToRead): Promise<ReadPrompt> {
    const { layout, slots = [] } = prompt;
    const prefix = await this.#prefixOf(prompt);
    const from = prefix?.length ?? 0;
    const past = prefix === undefined ? {} : { past: prefix };
    const places = slots.map((at) => at - from);
    const found = await this.#decoder.read({
      ...stretch(prompt, from, layout.ids.length),
      ...past,
      ...(places.length === 0 ? {} : { slots: int64Data([1, places.length], places) }),
      keep: 1,
    });
    return { logits: found.logits, cache: found.cache, next: layout.next, heads: found.heads };
  }

  /** What is read already, or is worth reading apart. */
  async #prefixOf(prompt: PromptToRead): Promise<KeyValueCache | undefined> {
    const { clip, layout, shared } = prompt;
    const ids = layout.ids.slice(0, layout.padsAt + layout.pads);
    const held = this.#held;
    if (held?.clip === clip && held.ids.length === ids.length && held.ids.every((id, i) => id === ids[i]))
      return held.cache;
    this.#held = undefined;
    if (!shared) return undefined;
    const { cache } = await this.#decoder.read({ ...stretch(prompt, 0, ids.length), keep: 1 });
    this.#held = { clip, ids, cache };
    return cache;
  }
}

/** Embeddings and positions of the tokens from one place to another. */
function stretch(
  { layout, embedded }: PromptToRead,
  from: number,
  to: number,
): { readonly embeddings: NdData; readonly positions: NdData } {
  const width = embedded.rows.length / layout.ids.length;
  const rows = embedded.rows.subarray(from * width, to * width);
  return {
    embeddings: tensorData("float32", [1, to - from, width], rows),
    positions: positionsOf(layout, from, to),
  };
}
