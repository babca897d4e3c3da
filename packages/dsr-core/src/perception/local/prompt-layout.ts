// Where everything of a request stands in the prompt: token ids, positions, pads.
// Knows nothing about embeddings and sessions.
import { CoreInputError } from "../../errors.js";
import type { NdData } from "../../graph/graph.js";
import { geometryTokenCount } from "../../model/vision-language/config/config.js";
import { type Region, regionPosition } from "../../model/vision-language/grounding/region-tokens.js";
import { buildPrompt } from "../../processors/chat-template.js";
import { ropePositions } from "../../processors/rope-positions.js";
import { type GroundedQuestion, groundQuestion, groundingPads } from "../grounding/ground-question.js";
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
  /** Pads of regions that the question names, in the order of the text. */
  readonly regions: readonly RegionPad[];
  /** Pads of track slots: for each region all temporal patches. */
  readonly slots: readonly SlotPad[];
}

/** A region and its place in the prompt. */
export interface RegionPad {
  readonly at: number;
  /** Place of the token before the one that words the box: what names the object, where both are tokens of their own. */
  readonly nameAt: number;
  readonly region: Region;
}

/** A slot and its place in the prompt; `region` is a place in the list of regions. */
export interface SlotPad {
  readonly at: number;
  readonly region: number;
  readonly tubelet: number;
}

/** Tokens a prompt may have at most: what Qwen2.5-VL was trained on. */
const longestPrompt = 32_768;

/** Lays the prompt out. @throws CoreInputError when it would be too long or holds tokens of the chat format */
export function layOutPrompt(request: PromptRequest): PromptLayout {
  const { model, grid, system, secondsPerGrid } = request;
  const { config, tokenizer } = model;
  const { text, regions } = groundedText(request);
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
  const layout = { ids, positions: positions.data as BigInt64Array, next: ids.length + delta, padsAt, pads, extraPads };
  return { ...layout, ...placeRegions(request, layout, regions) };
}

/** The text with pads for its boxes, and for the tracks of what they show, where the model has such tokens. */
function groundedText({ model, text, frame, grid }: PromptRequest): GroundedQuestion {
  const { grounding, tokens } = model.config;
  if (!grounding.regionTokens || tokens.regionPad === undefined) return { text, regions: [] };
  const grounded = groundQuestion(text, frame);
  if (grounding.trackTubelets === 0 || tokens.trackPad === undefined) return grounded;
  if (grid[0] > grounding.trackTubelets)
    throw new CoreInputError(
      `clip: expected at most ${grounding.trackTubelets} pairs of frames, which the model's track slots know, found ${grid[0]}`,
    );
  return { ...grounded, text: grounded.text + groundingPads.track.repeat(grounded.regions.length * grid[0]) };
}

/** Finds the pads, and gives each the position of what it stands for: time, row and column within the video's grid. */
function placeRegions(
  { model, grid }: PromptRequest,
  { ids, positions, padsAt }: Pick<PromptLayout, "ids" | "positions" | "padsAt">,
  regions: readonly Region[],
): Pick<PromptLayout, "regions" | "slots"> {
  const { regionPad, trackPad } = model.config.tokens;
  const placesOf = (id: number | undefined): readonly number[] =>
    id === undefined ? [] : ids.flatMap((found, at) => (found === id ? [at] : []));
  const start = positions[padsAt] ?? 0n;
  const cells = { temporal: grid[0], rows: grid[1], columns: grid[2] };
  /** The moment of a temporal patch, as its first video pad has it. */
  const momentOf = (patch: number): bigint => positions[padsAt + patch * grid[1] * grid[2]] ?? start;
  const move = (at: number, region: Region, patch: number): void => {
    const [, row, column] = regionPosition(region, cells);
    [momentOf(patch), start + BigInt(row), start + BigInt(column)].forEach((position, axis) => {
      positions[axis * ids.length + at] = position;
    });
  };
  const placed = placesOf(regionPad).flatMap((at, place): RegionPad[] => {
    const region = regions[place];
    return region === undefined ? [] : [{ at, nameAt: at - 2, region }];
  });
  for (const { at, region } of placed) move(at, region, Math.min(region.temporalPatch, grid[0] - 1));
  const slots = placesOf(trackPad).map((at, place) => ({
    at,
    region: Math.floor(place / grid[0]),
    tubelet: place % grid[0],
  }));
  for (const { at, region, tubelet } of slots) {
    const own = placed[region]?.region;
    if (own !== undefined) move(at, own, tubelet);
  }
  return { regions: placed, slots };
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
