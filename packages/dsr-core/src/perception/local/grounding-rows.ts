// Embeddings of the regions a question names and of their track slots, put in their places in the prompt.
// Knows nothing about where the prompt comes from.
import { int64Data, joinFloats, tensorData } from "../../graph/data.js";
import type { NdData } from "../../graph/graph.js";
import {
  REGION_NUMBERS,
  type RegionGrid,
  regionNumbers,
  regionWeights,
} from "../../model/vision-language/grounding/region-tokens.js";
import { type OpenModel, sessionOf } from "./open-model.js";
import type { PromptLayout } from "./prompt-layout.js";
import { floatsOf } from "./tensor-rows.js";

/** What is needed to embed regions. */
export interface GroundingRows {
  /** Embeddings [prompt, width], changed in place. */
  readonly rows: Float32Array;
  /** Vision tokens [tokens, width] as the language model sees them. */
  readonly seen: Float32Array;
  /** Merged grid of the clip. */
  readonly grid: readonly [number, number, number];
}

/** Embeds regions and slots and writes them over their pads. */
export async function placeGrounding(
  model: OpenModel,
  { regions, slots }: PromptLayout,
  { rows, seen, grid }: GroundingRows,
): Promise<void> {
  const width = model.config.text.hiddenSize;
  const cells: RegionGrid = { temporal: grid[0], rows: grid[1], columns: grid[2] };
  const count = regions.length;
  const tokens = seen.length / width;
  const weights = joinFloats(regions.map(({ region }) => regionWeights(region, cells)));
  const numbers = joinFloats(regions.map(({ region }) => regionNumbers(region, cells)));
  const found = await sessionOf(model, "region_tokens").run({
    image_features: tensorData("float32", [1, tokens, width], seen),
    region_weights: tensorData("float32", [1, count, tokens], weights),
    region_boxes: tensorData("float32", [1, count, REGION_NUMBERS], numbers),
    ...(model.config.grounding.regionNames ? { region_names: namesOf(regions, rows, width) } : {}),
  });
  const objects = floatsOf(found["region_tokens"], "region_tokens");
  regions.forEach(({ at }, place) => rows.set(objects.subarray(place * width, (place + 1) * width), at * width));
  if (slots.length === 0) return;
  const made = await sessionOf(model, "track_slots").run({
    ...(model.config.grounding.trackReaders > 0
      ? { image_features: tensorData("float32", [1, grid[0], tokens / grid[0], width], seen) }
      : {}),
    object_tokens: tensorData("float32", [1, count, width], objects),
    tubelets: int64Data(
      [grid[0]],
      Array.from({ length: grid[0] }, (_, tubelet) => tubelet),
    ),
  });
  const embedded = floatsOf(made["track_slots"], "track_slots");
  slots.forEach(({ at }, place) => rows.set(embedded.subarray(place * width, (place + 1) * width), at * width));
}

/** Embeddings [1, regions, width] of the words that name the regions. */
function namesOf(regions: PromptLayout["regions"], rows: Float32Array, width: number): NdData {
  const names = joinFloats(regions.map(({ nameAt }) => rows.subarray(nameAt * width, (nameAt + 1) * width)));
  return tensorData("float32", [1, regions.length, width], names);
}
