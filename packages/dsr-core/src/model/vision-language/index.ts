// The model family of the paper: Qwen2.5-VL with a geometry encoder and the GSM, in one definition for every size.
// Knows nothing about training, files or prompts.
export * from "./actions/action-head.js";
export * from "./config/config.js";
export { type ParseConfigOptions, parseModelConfig } from "./config/parse-config.js";
export { type DecoderInputs, type DecoderOutputs, type KeyValues, decoder, embedTokens } from "./decoder/decoder.js";
export { finalNorm, languageHead, textRotary } from "./decoder/decoder.js";
export { causalPaddingBias } from "./decoder/attention-bias.js";
export { type GeometryEncoderOptions, geometryEncoder } from "./geometry/dinov2.js";
export { renormalizedFrames } from "./geometry/renormalize.js";
export { spatialMerger } from "./geometry/spatial-merger.js";
export * from "./grounding/output-heads.js";
export * from "./grounding/region-tokens.js";
export * from "./grounding/track-reader.js";
export * from "./grounding/track-slots.js";
export * from "./gsm/geometry-selection.js";
export { type QueryFormerInputs, type QueryFormerOutputs, queryFormer } from "./gsm/query-former.js";
export * from "./parts/model-parts.js";
export * from "./parts/model-tensors.js";
export * from "./parts/tensor-names.js";
export { type PatchGrid, type PatchPlaces, patchGrid, patchPlaces } from "./vision/patch-grid.js";
export {
  type VisionTowerOptions,
  mergePatchTokens,
  normalizedPatchTokens,
  patchLength,
  visionPatchTokens,
  visionTower,
} from "./vision/vision-tower.js";
