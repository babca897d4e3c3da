// Position embeddings of DINOv2 for any grid of patches: bicubic with antialias, computed when the graph runs.
// Knows nothing about the encoder's blocks. Source: Keys 1981; PyTorch's interpolate(bicubic, antialias).
import type { GraphBuilder } from "../../../graph/builder.js";
import { float32Data } from "../../../graph/data.js";
import { multiplyDimensions } from "../../../graph/dimension.js";
import type { Dimension, Value } from "../../../graph/graph.js";
import { resamplingMatrix } from "../../../graph/layers/resampling.js";
import {
  absolute,
  add,
  divide,
  less,
  maximum,
  multiply,
  subtract,
  where,
} from "../../../graph/operators/elementwise.js";
import { matMul } from "../../../graph/operators/matmul.js";
import { gather, range, reshape, unsqueeze } from "../../../graph/operators/movement.js";
import { sum } from "../../../graph/operators/reduction.js";
import { asFloats, patchPlaces, type PatchGrid } from "../vision/patch-grid.js";

const A = -0.5;

/** The cubic kernel at distances x ≥ 0. */
function cubic(builder: GraphBuilder, x: Value): Value {
  const horner = (coefficients: readonly number[]): Value =>
    coefficients
      .slice(2)
      .reduce<Value>(
        (value, coefficient) => add(builder, multiply(builder, value, x), coefficient),
        add(builder, multiply(builder, x, coefficients[0] ?? 0), coefficients[1] ?? 0),
      );
  const near = horner([A + 2, -(A + 3), 0, 1]);
  const far = horner([A, -5 * A, 8 * A, -4 * A]);
  const outside = where(builder, less(builder, x, 2), far, builder.scalar(0));
  return where(builder, less(builder, x, 1), near, outside);
}

/** float32 [target, source] whose rows sum to 1: `resamplingMatrix` with antialias for a length known only later. */
function dynamicMatrix(builder: GraphBuilder, source: number, target: Dimension): Value {
  const ratio = divide(builder, builder.scalar(source), asFloats(builder, builder.lengths([target])));
  const place = add(builder, asFloats(builder, range(builder, target)), 0.5);
  const centres = unsqueeze(builder, subtract(builder, multiply(builder, place, ratio), 0.5), [1]);
  const places = builder.shared(
    float32Data(
      [source],
      Array.from({ length: source }, (_, index) => index),
    ),
  );
  const distance = absolute(builder, subtract(builder, places, centres));
  const weights = cubic(builder, divide(builder, distance, maximum(builder, ratio, 1)));
  return divide(builder, weights, sum(builder, weights, [1], { keep: true }));
}

function matrix(builder: GraphBuilder, source: number, target: Dimension): Value {
  if (typeof target !== "number") return dynamicMatrix(builder, source, target);
  return builder.shared(float32Data([target, source], resamplingMatrix(source, target, true)));
}

/** Embeddings [side², width] of a square grid → [patches, width] of another, in the order of the vision tower's patches. */
export function positionsOfGrid(builder: GraphBuilder, positions: Value, side: number, grid: PatchGrid): Value {
  const width = positions.shape.at(-1) ?? 1;
  const [rows, columns] = [
    multiplyDimensions(grid.blockRows, grid.merge),
    multiplyDimensions(grid.blockColumns, grid.merge),
  ];
  const square = reshape(builder, positions, [side, multiplyDimensions(side, width)]);
  const byRow = reshape(builder, matMul(builder, matrix(builder, side, rows), square), [rows, side, width]);
  const whole = matMul(builder, matrix(builder, side, columns), byRow);
  const raster = reshape(builder, whole, [multiplyDimensions(rows, columns), width]);
  const places = patchPlaces(builder, grid);
  const place = add(builder, multiply(builder, places.rows, builder.lengths([columns])), places.columns);
  return gather(builder, raster, place);
}
