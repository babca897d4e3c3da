// Images to patch tokens, and position embeddings for another grid than they were trained on.
// Knows nothing about particular vision models.
import type { GraphBuilder } from "../builder.js";
import { float32Data } from "../data.js";
import type { Value } from "../graph.js";

import { matMul } from "../operators/matmul.js";
import { reshape, transpose } from "../operators/movement.js";
import { resamplingMatrix } from "./resampling.js";
import { applyLinear } from "./linear.js";

/** How images become tokens. */
export interface PatchOptions {
  /** Side of a square patch in pixels. */
  readonly patch: number;
  /** Length of a token. */
  readonly length: number;
  readonly bias?: boolean;
}

/**
 * [batch, channels, height, width] → [batch, patches, length]: a convolution with stride = kernel, as one matrix
 * product. Weight `<name>.weight` [length, channels, patch, patch], as PyTorch's Conv2d.
 */
export function patchEmbedding(builder: GraphBuilder, name: string, images: Value, options: PatchOptions): Value {
  const [batch = 1, channels, height, width] = images.shape;
  const { patch, length } = options;
  if (typeof channels !== "number" || typeof height !== "number" || typeof width !== "number")
    return builder.fail(`patches '${name}'`, "[batch, channels, height, width] of known lengths", images.shape.join());
  if (height % patch !== 0 || width % patch !== 0)
    builder.fail(`patches '${name}'`, `sides that are multiples of ${patch}`, `${height}×${width}`);
  const [rows, columns, size] = [height / patch, width / patch, channels * patch * patch];
  const grid = reshape(builder, images, [batch, channels, rows, patch, columns, patch]);
  const tokens = reshape(builder, transpose(builder, grid, [0, 2, 4, 1, 3, 5]), [batch, rows * columns, size]);
  const deviation = 1 / Math.sqrt(size);
  const kernel = builder.parameter(`${name}.weight`, [length, channels, patch, patch], { kind: "normal", deviation });
  const bias =
    options.bias === true ? builder.parameter(`${name}.bias`, [length], { kind: "zeros" } as const) : undefined;
  return applyLinear(builder, tokens, reshape(builder, kernel, [length, size]), bias);
}

/** Numbers of patches. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

/** Position embeddings [from.rows·from.columns, length] resampled to another grid: bicubic, with or without antialias. */
export function interpolatePositions(
  builder: GraphBuilder,
  positions: Value,
  grids: { readonly from: Grid; readonly to: Grid; readonly antialias?: boolean },
): Value {
  const { from, to, antialias = false } = grids;
  if (from.rows === to.rows && from.columns === to.columns) return positions;
  const length = positions.shape.at(-1) ?? 1;
  const matrix = (source: number, target: number): Value =>
    builder.constant(float32Data([target, source], resamplingMatrix(source, target, antialias)));
  const rows = matMul(builder, matrix(from.rows, to.rows), reshape(builder, positions, [from.rows, -1]));
  const grid = reshape(builder, rows, [to.rows, from.columns, length]);
  return reshape(builder, matMul(builder, matrix(from.columns, to.columns), grid), [to.rows * to.columns, length]);
}
