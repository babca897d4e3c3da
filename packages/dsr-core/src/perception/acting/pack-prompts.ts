// Puts prompts of different lengths, each followed by the action queries, into the rows of one batch.
// Knows nothing about sessions. Padding stands before the shorter prompts, so that the queries are the last of all rows.
import { int64Data, tensorData } from "../../graph/data.js";
import type { NdData } from "../../graph/graph.js";
import type { PromptLayout } from "../local/prompt-layout.js";

/** A prompt with its embeddings [prompt, width]. */
export interface EmbeddedRow {
  readonly rows: Float32Array;
  readonly layout: Pick<PromptLayout, "ids" | "positions" | "next">;
}

/** The queries' embeddings [count, width]. */
export interface QueryRows {
  readonly queries: Float32Array;
  readonly count: number;
}

/** What the decoder reads. */
export interface PackedPrompts {
  /** [prompts, tokens, width]. */
  readonly embeddings: NdData;
  /** int64 [3, prompts, tokens]; the queries count on as text does. */
  readonly positions: NdData;
  /** int64 [prompts, tokens]. */
  readonly mask: NdData;
  /** int64 [prompts, count]. */
  readonly actions: NdData;
}

/** Packs at least one prompt. */
export function packPrompts(prompts: readonly EmbeddedRow[], { queries, count }: QueryRows): PackedPrompts {
  const width = queries.length / count;
  const longest = Math.max(...prompts.map(({ layout }) => layout.ids.length));
  const tokens = longest + count;
  const embeddings = new Float32Array(prompts.length * tokens * width);
  const positions = new BigInt64Array(3 * prompts.length * tokens);
  const mask = new BigInt64Array(prompts.length * tokens);
  prompts.forEach(({ rows, layout }, row) => {
    const { length } = layout.ids;
    const start = row * tokens + longest - length;
    embeddings.set(rows, start * width);
    embeddings.set(queries, (start + length) * width);
    mask.fill(1n, start, (row + 1) * tokens);
    for (let axis = 0; axis < 3; axis++) {
      const at = axis * prompts.length * tokens + start;
      positions.set(layout.positions.subarray(axis * length, (axis + 1) * length), at);
      for (let step = 0; step < count; step++) positions[at + length + step] = BigInt(layout.next + step);
    }
  });
  const places = prompts.flatMap(() => Array.from({ length: count }, (_, step) => longest + step));
  return {
    embeddings: tensorData("float32", [prompts.length, tokens, width], embeddings),
    positions: tensorData("int64", [3, prompts.length, tokens], positions),
    mask: tensorData("int64", [prompts.length, tokens], mask),
    actions: int64Data([prompts.length, count], places),
  };
}
