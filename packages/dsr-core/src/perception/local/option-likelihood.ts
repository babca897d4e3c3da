// How likely each option's text is as the answer, all options read as one batch after the same prompt.
// Knows nothing about prompts and clips.
import { tensorData } from "../../graph/data.js";
import type { NdData } from "../../graph/graph.js";
import type { Decoder } from "./decoder.js";
import { type OpenModel } from "./open-model.js";
import type { ReadPrompt } from "./prefill.js";
import { logProbability } from "./probabilities.js";
import { embedIds } from "./prompt-embedder.js";

/** Bytes of copies of the prompt's memory in one batch at most. */
const batchBytes = 1_000_000_000;

/**
 * Log-probability of each option after the prompt: the sum over its tokens. `options` are token ids, the end of the answer
 * included where the model has one, so that an option that only begins another is not favoured.
 */
export async function optionLikelihoods(
  { model, decoder }: { readonly model: OpenModel; readonly decoder: Decoder },
  prompt: ReadPrompt,
  options: readonly (readonly number[])[],
): Promise<readonly number[]> {
  const fits = Math.max(1, Math.floor(batchBytes / (decoder.bytesPerToken * prompt.cache.length)));
  const sums: number[] = [];
  for (let from = 0; from < options.length; from += fits) {
    const batch = options.slice(from, from + fits);
    const later = await laterLikelihoods({ model, decoder }, prompt, batch);
    for (const [row, ids] of batch.entries()) sums.push(logProbability(prompt.logits, ids[0] ?? 0) + (later[row] ?? 0));
  }
  return sums;
}

/** Sum of the log-probabilities of all tokens but the first, which the prompt's own logits tell. */
async function laterLikelihoods(
  { model, decoder }: { readonly model: OpenModel; readonly decoder: Decoder },
  prompt: ReadPrompt,
  options: readonly (readonly number[])[],
): Promise<readonly number[]> {
  const longest = Math.max(...options.map((ids) => ids.length)) - 1;
  if (longest === 0) return options.map(() => 0);
  // what stands after a shorter option is never looked at: tokens see only what comes before them
  const padded = options.flatMap((ids) =>
    Array.from({ length: longest }, (_, at) => (at < ids.length - 1 ? ids[at] : ids[0]) ?? 0),
  );
  const embeddings = await embedIds(model, padded);
  const width = embeddings.length / padded.length;
  const { logits, vocabulary } = await decoder.read({
    embeddings: tensorData("float32", [options.length, longest, width], embeddings),
    positions: countingPositions(prompt.next, options.length, longest),
    past: prompt.cache,
    keep: 0,
  });
  return options.map((ids, row) => {
    const at = (token: number) => (row * longest + token) * vocabulary;
    return ids.slice(1).reduce((sum, id, i) => sum + logProbability(logits.subarray(at(i), at(i + 1)), id), 0);
  });
}

/** int64 [3, rows, tokens]: each row counts on from `first`, on all axes as text does. */
export function countingPositions(first: number, rows: number, tokens: number): NdData {
  const data = BigInt64Array.from({ length: 3 * rows * tokens }, (_, i) => BigInt(first + (i % tokens)));
  return tensorData("int64", [3, rows, tokens], data);
}
