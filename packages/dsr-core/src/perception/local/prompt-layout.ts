// Where everything of a request stands in the prompt: token ids, positions, pads.
// Knows nothing about embeddings and sessions.
import { CoreInputError } from "../../errors.js";
import type { NdData } from "../../graph/graph.js";
import { geometryTokenCount } from "../../model/vision-language/config/config.js";
import { buildPrompt } from "../../processors/chat-template.js";
import { ropePositions } from "../../processors/rope-positions.js";
import type { PromptRequest } from "./prompt-request.js";

/** Tokens of a prompt: system, video pads, geometry pads, question. */
export interface PromptLayout {
  readonly ids: readonly number[];
  /** int64 [3, ids]. */
  readonly positions: BigInt64Array;
  /** Position of the first token after the prompt. */
  readonly next: number;
  /** Place of the first video pad. */
  readonly padsAt: number;
  /** Video pads: merged tokens of all temporal patches. */
  readonly pads: number;
  /** Pads after them, for the GSM's tokens. */
  readonly extraPads: number;
}

/** Tokens a prompt may have at most: what Qwen2.5-VL was trained on. */
const longestPrompt = 32_768;

/** Lays the prompt out. @throws CoreInputError when it would be too long or holds tokens of the chat format */
export function layOutPrompt(request: PromptRequest): PromptLayout {
  const { model, grid, text, system, secondsPerGrid } = request;
  const { config, tokenizer } = model;
  const extraPads = geometryTokenCount(config);
  const pads = grid[0] * grid[1] * grid[2];
  if (pads > longestPrompt)
    throw new CoreInputError(
      `clip: expected at most ${longestPrompt} tokens, found ${pads} (${grid.join(" × ")}); take fewer or smaller frames`,
    );
  const parts = { question: text, videoTokens: pads, extraVideoTokens: extraPads };
  const prompt = buildPrompt(system === undefined ? parts : { ...parts, system });
  const ids = tokenizer.encodePrompt(prompt);
  const merge = config.vision.spatialMergeSize;
  const { positions, delta } = ropePositions(ids, {
    tokens: config.tokens,
    mergeSize: merge,
    tokensPerSecond: config.vision.tokensPerSecond,
    videos: [{ grid: [grid[0], grid[1] * merge, grid[2] * merge], secondsPerGrid }],
    extraVideoTokens: extraPads,
  });
  const padsAt = ids.indexOf(config.tokens.videoPad);
  return { ids, positions: positions.data as BigInt64Array, next: ids.length + delta, padsAt, pads, extraPads };
}

/** Positions int64 [3, 1, to − from] of a stretch of the prompt. */
export function positionsOf({ ids, positions }: PromptLayout, from: number, to: number): NdData {
  const data = new BigInt64Array(3 * (to - from));
  for (let axis = 0; axis < 3; axis++)
    data.set(positions.subarray(axis * ids.length + from, axis * ids.length + to), axis * (to - from));
  return { dtype: "int64", shape: [3, 1, to - from], data };
}

/** Positions int64 [3, 1, pads] of the geometry tokens: those of the video pads, counted from the video's start. */
export function geometryPositions(layout: PromptLayout): NdData {
  const found = positionsOf(layout, layout.padsAt, layout.padsAt + layout.pads);
  const [start = 0n] = found.data as BigInt64Array;
  return { ...found, data: (found.data as BigInt64Array).map((position) => position - start) };
}
