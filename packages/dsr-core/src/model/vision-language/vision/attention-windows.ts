// Windows of patches that attend to each other: which patch sits in which seat of which window, and the way back.
// Knows nothing about attention. Windows at the borders have empty seats, so that all have the same number.
import type { GraphBuilder } from "../../../graph/builder.js";
import { multiplyDimensions } from "../../../graph/dimension.js";
import type { Dimension, Value } from "../../../graph/graph.js";
import { EXACT_MASKED_SCORE } from "../../../graph/layers/attention.js";
import { add, divide, less, logicalAnd, multiply, remainder, where } from "../../../graph/operators/elementwise.js";
import { range, reshape } from "../../../graph/operators/movement.js";
import type { VisionConfig } from "../config/config.js";
import type { PatchGrid, PatchPlaces } from "./patch-grid.js";

/** How patches are seated. */
export interface AttentionWindows {
  /** Windows of one temporal patch. */
  readonly count: Dimension;
  /** Seats of a window. */
  readonly seats: number;
  /** int64 [count·seats]: the patch in each seat (0 in empty ones). */
  readonly patchOfSeat: Value;
  /** int64 [patches]: the seat of each patch. */
  readonly seatOfPatch: Value;
  /** float32 [1, count, 1, seats]: a masked score for empty seats, 0 for others. */
  readonly bias: Value;
}

function windowsAlong(builder: GraphBuilder, name: string, length: Dimension, blocks: number): Dimension {
  const rounded = add(builder, builder.lengths([length]), blocks - 1);
  return typeof length === "number"
    ? Math.ceil(length / blocks)
    : builder.namedLength(name, divide(builder, rounded, blocks));
}

/** Seats the patches of one temporal patch; a window is `window_size` pixels a side. */
export function attentionWindows(
  builder: GraphBuilder,
  grid: PatchGrid,
  places: PatchPlaces,
  config: VisionConfig,
): AttentionWindows {
  const side = config.windowSize / config.patchSize;
  const rows = windowsAlong(builder, "window_rows", grid.blockRows, side / grid.merge);
  const columns = windowsAlong(builder, "window_columns", grid.blockColumns, side / grid.merge);
  const count = multiplyDimensions(rows, columns);
  const { patch, taken } = patchOfSeat(builder, grid, { side, columns, count });
  const free = where(builder, taken, builder.scalar(0), builder.scalar(EXACT_MASKED_SCORE));
  return {
    count,
    seats: side * side,
    patchOfSeat: where(builder, taken, patch, builder.scalar(0, "int64")),
    seatOfPatch: seatOfPatch(builder, places, { side, columns }),
    bias: reshape(builder, free, [1, count, 1, side * side]),
  };
}

interface Seating {
  /** Patches a side of a window. */
  readonly side: number;
  /** Windows side by side. */
  readonly columns: Dimension;
  readonly count: Dimension;
}

/** a·factor + b. */
function scaled(builder: GraphBuilder, a: Value, factor: Value | number, b: Value): Value {
  return add(builder, multiply(builder, a, factor), b);
}

function seatOfPatch(builder: GraphBuilder, places: PatchPlaces, seating: Omit<Seating, "count">): Value {
  const { side } = seating;
  const columns = builder.lengths([seating.columns]);
  const window = scaled(builder, divide(builder, places.rows, side), columns, divide(builder, places.columns, side));
  const inner = scaled(builder, remainder(builder, places.rows, side), side, remainder(builder, places.columns, side));
  return scaled(builder, window, side * side, inner);
}

/** The patch of each seat and whether there is one. */
function patchOfSeat(
  builder: GraphBuilder,
  grid: PatchGrid,
  { side, columns, count }: Seating,
): { readonly patch: Value; readonly taken: Value } {
  const { merge } = grid;
  const seat = range(builder, multiplyDimensions(count, side * side));
  const [window, inner] = [divide(builder, seat, side * side), remainder(builder, seat, side * side)];
  const across = builder.lengths([columns]);
  const row = scaled(builder, divide(builder, window, across), side, divide(builder, inner, side));
  const column = scaled(builder, remainder(builder, window, across), side, remainder(builder, inner, side));
  const [blockRow, blockColumn] = [divide(builder, row, merge), divide(builder, column, merge)];
  const blockColumns = builder.lengths([grid.blockColumns]);
  const block = scaled(builder, blockRow, blockColumns, blockColumn);
  const withinBlock = scaled(builder, remainder(builder, row, merge), merge, remainder(builder, column, merge));
  const taken = logicalAnd(
    builder,
    less(builder, blockRow, builder.lengths([grid.blockRows])),
    less(builder, blockColumn, blockColumns),
  );
  return { patch: scaled(builder, block, merge * merge, withinBlock), taken };
}
