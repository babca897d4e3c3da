// Writes an answer token by token.
// Knows nothing about clips and options.
import { CoreInputError } from "../../errors.js";
import { tensorData } from "../../graph/data.js";
import type { GenerateRequest } from "../answerer.js";
import type { Decoder } from "./decoder.js";
import type { OpenModel } from "./open-model.js";
import { countingPositions } from "./option-likelihood.js";
import type { ReadPrompt } from "./prefill.js";
import { drawIndex, largestIndex } from "./probabilities.js";
import { embedIds } from "./prompt-embedder.js";

/** Tokens an answer has at most unless told otherwise. */
const defaultMaxTokens = 128;

/** How an answer is written. */
export type WritingRequest = Pick<GenerateRequest, "maxTokens" | "temperature" | "random" | "signal">;

/** Decides when a step may run, so that others can go between. */
export type StepRunner = <T>(work: () => Promise<T>) => Promise<T>;

/** What writes: a model and its decoder. */
export interface Writer {
  readonly model: OpenModel;
  readonly decoder: Decoder;
}

/**
 * Pieces of text after a prompt, until a token that ends answers or the limit.
 * @throws CoreInputError for a temperature without random numbers
 */
export async function* writeText(
  writer: Writer,
  prompt: ReadPrompt,
  options: { readonly request: WritingRequest; readonly step: StepRunner },
): AsyncGenerator<string> {
  const { request, step } = options;
  const { maxTokens = defaultMaxTokens, signal } = request;
  const ends = endIds(writer.model);
  const stream = writer.model.tokenizer.stream();
  let read = prompt;
  for (let written = 1; written <= maxTokens; written++) {
    signal?.throwIfAborted();
    const id = chooseToken(request, read.logits);
    if (ends.has(id)) break;
    const piece = stream.push(id);
    if (piece !== "") yield piece;
    const before = read;
    if (written < maxTokens) read = await step(() => readToken(writer, before, id));
  }
  const rest = stream.end();
  if (rest !== "") yield rest;
}

async function readToken({ model, decoder }: Writer, { cache, next }: ReadPrompt, id: number): Promise<ReadPrompt> {
  const row = await embedIds(model, [id]);
  const embeddings = tensorData("float32", [1, 1, row.length], row);
  const found = await decoder.read({ embeddings, positions: countingPositions(next, 1, 1), past: cache, keep: 1 });
  return { logits: found.logits, cache: found.cache, next: next + 1, heads: found.heads };
}

function endIds({ config, tokenizer }: OpenModel): ReadonlySet<number> {
  return new Set([...config.tokens.endOfAnswer, ...(tokenizer.endId === undefined ? [] : [tokenizer.endId])]);
}

function chooseToken({ temperature = 0, random }: WritingRequest, logits: Float32Array): number {
  if (temperature === 0) return largestIndex(logits);
  if (random === undefined)
    throw new CoreInputError("temperature: expected random numbers beside it, found none (pass `random`)");
  return drawIndex(logits, temperature, random());
}
