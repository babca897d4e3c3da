// Tokens for regions that a question names: the vision features inside a box, and the box itself.
// Knows nothing about prompts. Beyond the paper; in a feasibility study this is what made a small model learn.
import type { GraphBuilder } from "../../../graph/builder.js";
import type { Value } from "../../../graph/graph.js";
import { linear } from "../../../graph/layers/linear.js";
import { add } from "../../../graph/operators/elementwise.js";
import { matMul } from "../../../graph/operators/matmul.js";

const FREQUENCIES = 8;

/** Numbers that describe a region: each of x1, y1, x2, y2 and time, with sines and cosines of eight frequencies. */
export const REGION_NUMBERS = 5 * (1 + 2 * FREQUENCIES);

/** What region tokens are made of. */
export interface RegionInputs {
  /** Vision tokens [batch, tokens, width]. */
  readonly features: Value;
  /** Pooling weights [batch, regions, tokens], each row of which sums to 1; see `regionWeights`. */
  readonly weights: Value;
  /** [batch, regions, 85]; see `regionNumbers`. */
  readonly boxes: Value;
  /** Embeddings [batch, regions, width] of the words that name what is in the boxes; absent where a model does not read them. */
  readonly names?: Value;
}

/**
 * Region tokens [batch, regions, width]. Weights: `grounding.region_features`, `grounding.region_box`, and with names
 * `grounding.region_name`.
 */
export function regionTokens(builder: GraphBuilder, inputs: RegionInputs): Value {
  const width = Number(inputs.features.shape.at(-1));
  return builder.scoped("grounding.regions", () => {
    const pooled = matMul(builder, inputs.weights, inputs.features);
    const seen = linear(builder, "grounding.region_features", pooled, width, { bias: true });
    const placed = add(builder, seen, linear(builder, "grounding.region_box", inputs.boxes, width, { bias: true }));
    return inputs.names === undefined
      ? placed
      : add(builder, placed, linear(builder, "grounding.region_name", inputs.names, width));
  });
}

/** A box in a clip: corners as parts of width and height (0 … 1), and the temporal patch it was drawn in. */
export interface Region {
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number];
  readonly temporalPatch: number;
}

/** How many blocks a clip has along time, height and width. */
export interface RegionGrid {
  readonly temporal: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * The numbers [85] of a region: corners as parts of the picture and its time as a part of the clip, each followed by sines
 * and cosines that turn 1.6 times as fast from one to the next, so that a linear map can tell near places apart.
 */
export function regionNumbers(region: Region, grid: Pick<RegionGrid, "temporal">): Float32Array {
  const time = (region.temporalPatch + 0.5) / grid.temporal;
  const waves = [...region.box, time].flatMap((number) => [
    number,
    ...Array.from({ length: FREQUENCIES }, (_, step) => (Math.PI / 2) * 1.6 ** step * number).flatMap((angle) => [
      Math.sin(angle),
      Math.cos(angle),
    ]),
  ]);
  return Float32Array.from(waves);
}

/** Length of what two intervals share. */
function overlap(low: number, high: number, from: number, to: number): number {
  return Math.max(0, Math.min(high, to) - Math.max(low, from));
}

/** Widened to at least a thousandth of the picture, so that every region touches a block. */
function atLeastThin(low: number, high: number): readonly [number, number] {
  const [from, to] = [Math.min(Math.max(Math.min(low, high), 0), 0.999), Math.min(Math.max(low, high, 0), 1)];
  return [from, Math.max(to, from + 0.001)];
}

/** Pooling weights [temporal·rows·columns] of a region: the part of its area in each block of its temporal patch. */
export function regionWeights(region: Region, grid: RegionGrid): Float32Array {
  const { temporal, rows, columns } = grid;
  const [left, right] = atLeastThin(region.box[0], region.box[2]);
  const [top, bottom] = atLeastThin(region.box[1], region.box[3]);
  const weights = new Float32Array(temporal * rows * columns);
  const area = (right - left) * (bottom - top);
  const first = Math.min(Math.max(Math.trunc(region.temporalPatch), 0), temporal - 1) * rows * columns;
  for (let row = 0; row < rows; row++) {
    const high = overlap(top, bottom, row / rows, (row + 1) / rows);
    for (let column = 0; column < columns; column++) {
      const wide = overlap(left, right, column / columns, (column + 1) / columns);
      weights[first + row * columns + column] = (high * wide) / area;
    }
  }
  return weights;
}

/** The M-RoPE position of a region: its temporal patch, and the row and column of the block at its centre. */
export function regionPosition(region: Region, grid: RegionGrid): readonly [number, number, number] {
  const block = (from: number, to: number, count: number): number =>
    Math.min(count - 1, Math.max(0, Math.floor(((from + to) / 2) * count)));
  const [x1, y1, x2, y2] = region.box;
  return [region.temporalPatch, block(y1, y2, grid.rows), block(x1, x2, grid.columns)];
}
