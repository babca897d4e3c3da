// The grid of patches behind a row of vision tokens: its lengths, and where each patch lies.
// Knows nothing about what is computed at the patches. Order of patches: Qwen2-VL's, blocks of merged patches row by row.
import type { GraphBuilder } from "../../../graph/builder.js";
import { multiplyDimensions } from "../../../graph/dimension.js";
import type { Dimension, Value } from "../../../graph/graph.js";
import { add, cast, divide, multiply, remainder } from "../../../graph/operators/elementwise.js";
import { gather, range, slice, squeeze } from "../../../graph/operators/movement.js";
import { sum } from "../../../graph/operators/reduction.js";
import type { VisionConfig } from "../config/config.js";

/** Lengths of a video's grid; a block is what is merged into one token. */
export interface PatchGrid {
  /** Temporal patches, of all clips together. */
  readonly temporal: Dimension;
  readonly blockRows: Dimension;
  readonly blockColumns: Dimension;
  /** Blocks of one temporal patch: tokens that it becomes. */
  readonly blocks: Dimension;
  /** Patches of one temporal patch. */
  readonly patches: Dimension;
  /** Patches a side of a block. */
  readonly merge: number;
}

/** A grid of known or symbolic lengths. */
export function patchGrid(
  temporal: Dimension,
  blockRows: Dimension,
  blockColumns: Dimension,
  merge: number,
): PatchGrid {
  const blocks = multiplyDimensions(blockRows, blockColumns);
  return { temporal, blockRows, blockColumns, blocks, patches: multiplyDimensions(blocks, merge * merge), merge };
}

/** The grid that an input `image_grid_thw` (int64 [videos, 3]: temporal patches, rows, columns) says; rows are equal. */
export function gridFromInput(builder: GraphBuilder, grid: Value, config: VisionConfig): PatchGrid {
  const merge = config.spatialMergeSize;
  const first = gather(builder, grid, builder.integers([0]), 0);
  const blocksAlong = (name: string, column: number): Dimension => {
    const patches = squeeze(builder, slice(builder, first, { axis: 1, start: column, end: column + 1 }), [0]);
    return builder.namedLength(name, divide(builder, patches, merge));
  };
  const times = slice(builder, grid, { axis: 1, start: 0, end: 1 });
  const temporal = builder.namedLength("temporal_patches", sum(builder, times, [0]));
  return patchGrid(temporal, blocksAlong("block_rows", 1), blocksAlong("block_columns", 2), merge);
}

/** int64 [patches]: row and column of each patch of a temporal patch, in patches. */
export interface PatchPlaces {
  readonly rows: Value;
  readonly columns: Value;
}

/** Where the patches of one temporal patch lie. */
export function patchPlaces(builder: GraphBuilder, grid: PatchGrid): PatchPlaces {
  const { merge } = grid;
  const place = range(builder, grid.patches);
  const block = divide(builder, place, merge * merge);
  const inner = remainder(builder, place, merge * merge);
  const columns = builder.lengths([grid.blockColumns]);
  const along = (blockPlace: Value, innerPlace: Value): Value =>
    add(builder, multiply(builder, blockPlace, merge), innerPlace);
  return {
    rows: along(divide(builder, block, columns), divide(builder, inner, merge)),
    columns: along(remainder(builder, block, columns), remainder(builder, inner, merge)),
  };
}

/** Whole numbers as float32. */
export function asFloats(builder: GraphBuilder, x: Value): Value {
  return cast(builder, x, "float32");
}
