// From the bytes of frames to the rows a vision tower takes, inside the training graph: what the video processor does.
// Knows nothing about files or models beyond the vision configuration. Frames already have the model's size.
import {
  type GraphBuilder,
  type Shape,
  type Value,
  add,
  cast,
  float32Data,
  multiply,
  reshape,
  transpose,
} from "@dsr/dsr-core/graph";
import { clipNormalization } from "@dsr/dsr-core/processors";
import { type PatchGrid, type VisionConfig, patchGrid } from "@dsr/dsr-core/model";

/** The grid of frames of this shape: [clips, frames, height, width, 3], all clips one after the other. */
export function gridOfFrames(shape: Shape, vision: VisionConfig): PatchGrid {
  const [clips = 0, count = 0, height = 0, width = 0] = shape.map(Number);
  const block = vision.patchSize * vision.spatialMergeSize;
  const temporal = (clips * count) / vision.temporalPatchSize;
  return patchGrid(temporal, height / block, width / block, vision.spatialMergeSize);
}

/** Bytes [clips, frames, height, width, 3] → normalised rows [temporal·patches, 3·frames·side²] in Qwen2-VL's order. */
export function pixelPatches(builder: GraphBuilder, frames: Value, vision: VisionConfig): Value {
  const { patchSize: side, spatialMergeSize: merge, temporalPatchSize: pair } = vision;
  const grid = gridOfFrames(frames.shape, vision);
  const [temporal, rows, columns] = [Number(grid.temporal), Number(grid.blockRows), Number(grid.blockColumns)];
  return builder.scoped("pixels", () => {
    const split = reshape(builder, frames, [temporal, pair, rows, merge, side, columns, merge, side, 3]);
    const ordered = transpose(builder, split, [0, 2, 5, 3, 6, 8, 1, 4, 7]);
    const patches = temporal * rows * columns * merge * merge;
    const bytes = reshape(builder, ordered, [patches, 3, pair * side * side]);
    const { mean: means, deviation: deviations } = clipNormalization;
    const factors = deviations.map((deviation) => 1 / (255 * deviation));
    const summands = means.map((mean, channel) => -mean / (deviations[channel] ?? 1));
    const scaled = multiply(builder, cast(builder, bytes, "float32"), builder.shared(float32Data([3, 1], factors)));
    const normal = add(builder, scaled, builder.shared(float32Data([3, 1], summands)));
    return reshape(builder, normal, [patches, 3 * pair * side * side]);
  });
}
