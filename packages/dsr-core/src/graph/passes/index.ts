// Rewrites of whole graphs: number formats.
export { GraphEdit } from "./graph-edit.js";
export { toHalfPrecision, type HalfPrecisionOptions } from "./half-precision.js";
export { blockScales, packBlocks, type BlockFormat, type PackedBlocks } from "./block-quantization.js";
export { quantizeWeights, type QuantizationOptions } from "./quantize-weights.js";
