// The parts of a model as they are exported: which graphs there are, with their inputs and outputs.
// Knows nothing about files or precision. Names are those of the transformers.js world, plus geometry encoder and GSM.
import type { GraphBuilder } from "../../../graph/builder.js";
import type { Value } from "../../../graph/graph.js";
import { mean } from "../../../graph/operators/reduction.js";
import { actionLogits, actionQueries } from "../actions/action-head.js";
import type { VisionLanguageConfig } from "../config/config.js";
import { causalPaddingBias, keepLast } from "../decoder/attention-bias.js";
import { decoder, embedTokens, finalNorm, type KeyValues, languageHead } from "../decoder/decoder.js";
import { geometryEncoder } from "../geometry/dinov2.js";
import { renormalizedFrames } from "../geometry/renormalize.js";
import { spatialMerger } from "../geometry/spatial-merger.js";
import { outputHead, statesAt } from "../grounding/output-heads.js";
import { REGION_NUMBERS, regionTokens } from "../grounding/region-tokens.js";
import { readTracks } from "../grounding/track-reader.js";
import { trackSlots } from "../grounding/track-slots.js";
import { geometrySelection } from "../gsm/geometry-selection.js";
import { gridFromInput, type PatchGrid } from "../vision/patch-grid.js";
import { patchLength, visionTower } from "../vision/vision-tower.js";

/** Names of parts, and of their files. */
export type ModelPartName =
  | "vision_encoder"
  | "embed_tokens"
  | "decoder_model_merged"
  | "geometry_encoder"
  | "gsm"
  | "region_tokens"
  | "track_slots"
  | "action_queries";

/** A graph of its own. */
export interface ModelPart {
  readonly name: ModelPartName;
  /** Adds inputs, nodes and outputs to a builder; weights come from the builder's WeightSource or become inputs. */
  build(builder: GraphBuilder): void;
}

interface Patches {
  readonly grid: PatchGrid;
  readonly pixels: Value;
}

function patchInputs(builder: GraphBuilder, config: VisionLanguageConfig): Patches {
  const { vision } = config;
  const thw = builder.input("image_grid_thw", "int64", ["videos", 3]);
  const grid = gridFromInput(builder, thw, vision);
  const rows = `${grid.temporal}*${grid.blockRows}*${grid.blockColumns}*${grid.merge ** 2}`;
  return { grid, pixels: builder.input("pixel_values", "float32", [rows, patchLength(vision)]) };
}

function buildVisionEncoder(builder: GraphBuilder, config: VisionLanguageConfig): void {
  const { grid, pixels } = patchInputs(builder, config);
  const options = { config: config.vision, grid, outputs: config.text.hiddenSize };
  builder.output("image_features", visionTower(builder, pixels, options));
}

function buildGeometryEncoder(builder: GraphBuilder, config: VisionLanguageConfig): void {
  const { vision, geometry, text } = config;
  if (geometry === undefined) builder.fail("geometry encoder", "a fusion other than 'plain'", config.fusion);
  const { grid, pixels } = patchInputs(builder, config);
  const frames = builder.scoped("renormalize", () => renormalizedFrames(builder, pixels, vision, grid));
  const tokens = geometryEncoder(builder, frames, { config: geometry, vision, grid });
  const options = { grid, frames: vision.temporalPatchSize, outputs: text.hiddenSize };
  builder.output("geometry_features", spatialMerger(builder, tokens, options));
}

function buildGsm(builder: GraphBuilder, config: VisionLanguageConfig): void {
  const { text, gsm } = config;
  if (gsm === undefined) builder.fail("gsm", "the fusion 'gsm'", config.fusion);
  const width = text.hiddenSize;
  const fromTracks = gsm.querySource === "tracks";
  const { tokens, attention } = geometrySelection(
    builder,
    { text, gsm },
    {
      text: builder.input("text_embeds", "float32", ["batch", "text_length", width]),
      geometry: builder.input("geometry_features", "float32", ["batch", "geometry_length", width]),
      positions: builder.input("geometry_positions", "int64", [3, "batch", "geometry_length"]),
      ...(fromTracks ? { queries: builder.input("track_slots", "float32", ["batch", "slots", width]) } : {}),
    },
  );
  builder.output("geometry_tokens", tokens);
  builder.output("gsm_attention", mean(builder, attention, [1]));
}

function buildEmbedTokens(builder: GraphBuilder, config: VisionLanguageConfig): void {
  const tokens = builder.input("input_ids", "int64", ["batch", "sequence"]);
  builder.output("inputs_embeds", embedTokens(builder, config.text, tokens));
}

function pastInputs(builder: GraphBuilder, config: VisionLanguageConfig): readonly KeyValues[] {
  const { layers, keyValueHeads, headSize } = config.text;
  const shape = ["batch", keyValueHeads, "past_sequence", headSize];
  return Array.from({ length: layers }, (_, layer) => ({
    key: builder.input(`past_key_values.${layer}.key`, "float32", shape),
    value: builder.input(`past_key_values.${layer}.value`, "float32", shape),
  }));
}

function buildDecoder(builder: GraphBuilder, config: VisionLanguageConfig): void {
  const { text, grounding } = config;
  const embeddings = builder.input("inputs_embeds", "float32", ["batch", "sequence", text.hiddenSize]);
  const mask = builder.input("attention_mask", "int64", ["batch", "past_sequence+sequence"]);
  const positions = builder.input("position_ids", "int64", [3, "batch", "sequence"]);
  const kept = builder.input("num_logits_to_keep", "int64", []);
  const slots = grounding.heads.length > 0 ? builder.input("slot_positions", "int64", ["batch", "slots"]) : undefined;
  const past = pastInputs(builder, config);
  const bias = builder.scoped("mask", () => causalPaddingBias(builder, mask, embeddings));
  const { hidden, present } = decoder(builder, text, { embeddings, positions, bias, past });
  const last = hidden.at(-1) ?? embeddings;
  const shown = builder.scoped("kept", () => keepLast(builder, last, kept));
  builder.output("logits", languageHead(builder, text, finalNorm(builder, text, shown)));
  present.forEach(({ key, value }, layer) => {
    builder.output(`present.${layer}.key`, key);
    builder.output(`present.${layer}.value`, value);
  });
  if (slots !== undefined) buildHeads(builder, config, { hidden, slots });
  buildActions(builder, config, last);
}

function buildHeads(
  builder: GraphBuilder,
  { grounding, text }: VisionLanguageConfig,
  { hidden, slots }: { readonly hidden: readonly Value[]; readonly slots: Value },
): void {
  for (const head of grounding.heads) {
    const { name, layer } = head;
    const made = hidden[layer] ?? builder.fail(`head '${name}'`, `a layer up to ${text.layers}`, String(layer));
    builder.output(`heads.${name}`, outputHead(builder, head, statesAt(builder, made, slots), text.normEpsilon));
  }
}

/** Logits of actions at the places of their queries, which are the rows that `action_queries` gave. */
function buildActions(builder: GraphBuilder, { actions, text }: VisionLanguageConfig, last: Value): void {
  if (actions === undefined) return;
  const places = builder.input("action_positions", "int64", ["batch", "steps"]);
  const logits = actionLogits(builder, statesAt(builder, last, places), { actions, text });
  for (const [name, value] of logits) builder.output(`actions.${name}`, value);
}

function buildActionQueries(builder: GraphBuilder, { actions, text }: VisionLanguageConfig): void {
  if (actions === undefined) return;
  const steps = builder.input("action_steps", "int64", ["steps"]);
  builder.output("action_queries", actionQueries(builder, steps, actions, text.hiddenSize));
}

function buildRegionTokens(builder: GraphBuilder, config: VisionLanguageConfig): void {
  const width = config.text.hiddenSize;
  const features = builder.input("image_features", "float32", ["batch", "tokens", width]);
  const weights = builder.input("region_weights", "float32", ["batch", "regions", "tokens"]);
  const boxes = builder.input("region_boxes", "float32", ["batch", "regions", REGION_NUMBERS]);
  const names = config.grounding.regionNames
    ? { names: builder.input("region_names", "float32", ["batch", "regions", width]) }
    : {};
  builder.output("region_tokens", regionTokens(builder, { features, weights, boxes, ...names }));
}

function buildTrackSlots(builder: GraphBuilder, { text, grounding }: VisionLanguageConfig): void {
  const width = text.hiddenSize;
  const objects = builder.input("object_tokens", "float32", ["batch", "objects", width]);
  const tubelets = builder.input("tubelets", "int64", ["tubelets"]);
  const slots = trackSlots(builder, { objects, tubelets }, grounding.trackTubelets);
  builder.output("track_slots", grounding.trackReaders === 0 ? slots : readSlots(builder, slots, { text, grounding }));
}

function readSlots(
  builder: GraphBuilder,
  slots: Value,
  { text, grounding }: Pick<VisionLanguageConfig, "text" | "grounding">,
): Value {
  const features = builder.input("image_features", "float32", ["batch", "tubelets", "cells", text.hiddenSize]);
  return readTracks(builder, { slots, features }, { text, layers: grounding.trackReaders }).slots;
}

/** The parts of a configuration, in the order a clip passes them. */
export function modelParts(config: VisionLanguageConfig): readonly ModelPart[] {
  const { fusion, grounding } = config;
  const builders: readonly (readonly [ModelPartName, boolean, typeof buildGsm])[] = [
    ["vision_encoder", true, buildVisionEncoder],
    ["geometry_encoder", fusion !== "plain", buildGeometryEncoder],
    ["embed_tokens", true, buildEmbedTokens],
    ["region_tokens", grounding.regionTokens, buildRegionTokens],
    ["track_slots", grounding.trackTubelets > 0, buildTrackSlots],
    ["action_queries", config.actions !== undefined, buildActionQueries],
    ["gsm", fusion === "gsm", buildGsm],
    ["decoder_model_merged", true, buildDecoder],
  ];
  return builders
    .filter(([, present]) => present)
    .map(([name, , build]) => ({ name, build: (builder) => build(builder, config) }));
}
