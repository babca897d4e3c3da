// From Qwen's pixel normalisation to ImageNet's, frame by frame, as the released model feeds its geometry encoder.
// Knows nothing about the encoder.
import type { GraphBuilder } from "../../../graph/builder.js";
import { float32Data } from "../../../graph/data.js";
import type { Value } from "../../../graph/graph.js";
import { add, multiply } from "../../../graph/operators/elementwise.js";
import { reshape, transpose } from "../../../graph/operators/movement.js";
import type { VisionConfig } from "../config/config.js";
import type { PatchGrid } from "../vision/patch-grid.js";
import { multiplyDimensions } from "../../../graph/dimension.js";

/** CLIP's normalisation with the released code's slip in green (0.4576275, not 0.4578275): the weights learned with it. */
const FROM = { mean: [0.48145466, 0.4576275, 0.40821073], deviation: [0.26862954, 0.26130258, 0.27577711] } as const;
const TO = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;

/** Factor and summand of each channel. */
function channelMaps(): { readonly factors: readonly number[]; readonly summands: readonly number[] } {
  const at = (list: readonly number[], channel: number): number => list[channel] ?? 0;
  const channels = [0, 1, 2];
  return {
    factors: channels.map((channel) => at(FROM.deviation, channel) / at(TO.deviation, channel)),
    summands: channels.map((channel) => (at(FROM.mean, channel) - at(TO.mean, channel)) / at(TO.deviation, channel)),
  };
}

/** Patches [temporal·patches, 3·frames·side²] of tubelets → renormalised [temporal·frames, patches, 3·side²] of frames. */
export function renormalizedFrames(builder: GraphBuilder, pixels: Value, config: VisionConfig, grid: PatchGrid): Value {
  const { channels, temporalPatchSize: frames, patchSize } = config;
  if (channels !== 3) builder.fail("geometry encoder", "3 channels", String(channels));
  const area = patchSize ** 2;
  const tubelets = reshape(builder, pixels, [grid.temporal, grid.patches, channels, frames, area]);
  const apart = transpose(builder, tubelets, [0, 3, 1, 2, 4]);
  const { factors, summands } = channelMaps();
  const scaled = multiply(builder, apart, builder.shared(float32Data([channels, 1], factors)));
  const moved = add(builder, scaled, builder.shared(float32Data([channels, 1], summands)));
  return reshape(builder, moved, [multiplyDimensions(grid.temporal, frames), grid.patches, channels * area]);
}
