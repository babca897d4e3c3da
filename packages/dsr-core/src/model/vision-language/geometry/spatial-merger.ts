// From geometry tokens of single frames to one for each vision token: frames and patches of a block side by side, two maps.
// Knows nothing about the encoder. Weights have the released checkpoints' names under `visual.spatial_merger`.
import type { GraphBuilder } from "../../../graph/builder.js";
import { multiplyDimensions } from "../../../graph/dimension.js";
import type { Value } from "../../../graph/graph.js";
import { rmsNorm } from "../../../graph/layers/normalization.js";
import { reshape, transpose } from "../../../graph/operators/movement.js";
import type { PatchGrid } from "../vision/patch-grid.js";
import { mergerMlp } from "../vision/vision-tower.js";

const NAME = "visual.spatial_merger";

/**
 * [temporal·frames, patches, width] → [temporal·blocks, outputs]. Within a block the elements are ordered by frame, then
 * by patch.
 */
export function spatialMerger(
  builder: GraphBuilder,
  tokens: Value,
  options: { readonly grid: PatchGrid; readonly frames: number; readonly outputs: number },
): Value {
  const { grid, frames, outputs } = options;
  const width = Number(tokens.shape.at(-1));
  const area = grid.merge ** 2;
  return builder.scoped(NAME, () => {
    const apart = reshape(builder, tokens, [grid.temporal, frames, grid.blocks, area, width]);
    const together = transpose(builder, apart, [0, 2, 1, 3, 4]);
    const count = multiplyDimensions(grid.temporal, grid.blocks);
    const joined = reshape(builder, together, [count, frames * area * width]);
    return mergerMlp(builder, `${NAME}.mlp`, rmsNorm(builder, `${NAME}.ln_q`, joined, 1e-6), outputs);
  });
}
