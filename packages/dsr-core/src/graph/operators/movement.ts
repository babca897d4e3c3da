// Operators that move, select or make elements, as functions on a builder.
// Knows nothing about gradients or how they run.
import type { GraphBuilder } from "../builder.js";
import { equalDimensions } from "../dimension.js";
import { filledData, float32Data } from "../data.js";
import type { Dimension, DType, Shape, Value } from "../graph.js";
import { cast, subtract } from "./elementwise.js";
import { cumulativeSum } from "./reduction.js";
import { equalShapes, isStatic, missingLength } from "../shape.js";

/** The same elements in another order of axes. */
export function transpose(builder: GraphBuilder, x: Value, order: readonly number[]): Value {
  if (order.every((axis, position) => axis === position) && order.length === x.shape.length) return x;
  return builder.emitOne("Transpose", [x], { perm: order.map(BigInt) });
}

/** Symbolic lengths that Reshape can copy (0) or infer (−1), so that nothing need be computed at run time. */
function reshapeRequest(x: Value, shape: Shape): Shape {
  const request = shape.map((length, axis) => {
    const same = typeof length === "string" && equalDimensions(length, x.shape[axis] ?? -1);
    return same ? 0 : length;
  });
  const open = request.filter((length) => typeof length === "string");
  return open.length === 1 ? request.map((length) => (typeof length === "string" ? -1 : length)) : request;
}

/** The same elements in another shape; one length may be −1. */
export function reshape(builder: GraphBuilder, x: Value, shape: Shape): Value {
  const known = shape.includes(-1)
    ? shape.map((each) => (each === -1 ? (missingLength(x.shape, shape) ?? -1) : each))
    : shape;
  const source = unreshaped(builder, x);
  if (equalShapes(known, source.shape)) return source;
  return equalShapes(known, x.shape) ? x : emitReshape(builder, isStatic(known) ? source : x, known);
}

/** What a reshaped value was before: reshaping twice is reshaping once. */
function unreshaped(builder: GraphBuilder, x: Value): Value {
  const node = builder.producerOf(x);
  const [source] = node?.inputs ?? [];
  return node?.operator === "Reshape" && source !== undefined ? source : x;
}

function emitReshape(builder: GraphBuilder, x: Value, known: Shape): Value {
  return builder.view("Reshape", [x, builder.lengths(reshapeRequest(x, known))]);
}

/** Repeats along axes of length 1 (and new leading axes) up to a shape. */
export function expand(builder: GraphBuilder, x: Value, shape: Shape): Value {
  return equalShapes(x.shape, shape) ? x : builder.emitOne("Expand", [x, builder.lengths(shape)]);
}

/** New axes of length 1 at these places of the result. */
export function unsqueeze(builder: GraphBuilder, x: Value, axes: readonly number[]): Value {
  return builder.emitOne("Unsqueeze", [x, builder.integers(axes)]);
}

/** Without these axes of length 1. */
export function squeeze(builder: GraphBuilder, x: Value, axes: readonly number[]): Value {
  return builder.emitOne("Squeeze", [x, builder.integers(axes)]);
}

/** Values one after the other along an axis. */
export function concat(builder: GraphBuilder, values: readonly Value[], axis: number): Value {
  const [first] = values;
  if (values.length === 1 && first !== undefined) return first;
  return builder.emitOne("Concat", values, { axis: BigInt(axis) });
}

/** Parts of the given lengths along an axis. */
export function split(builder: GraphBuilder, x: Value, lengths: Shape, axis: number): readonly Value[] {
  const attributes = { axis: BigInt(axis) };
  return builder.emit("Split", [x, builder.lengths(lengths)], attributes, { outputs: lengths.length });
}

/** Which part of one axis. */
export interface SliceOptions {
  readonly axis: number;
  readonly start: Dimension;
  /** Exclusive; to the end when absent. */
  readonly end?: Dimension;
}

/** Elements start … end − 1 along an axis. */
export function slice(builder: GraphBuilder, x: Value, options: SliceOptions): Value {
  const axis = options.axis < 0 ? options.axis + x.shape.length : options.axis;
  const length = x.shape[axis] ?? 0;
  const end = options.end ?? length;
  if (options.start === 0 && equalDimensions(end, length)) return x;
  const inputs = [x, builder.lengths([options.start]), builder.lengths([end]), builder.integers([axis])];
  return builder.emitOne("Slice", inputs);
}

/** Zeros around x: lengths to add before and after each axis. */
export function pad(builder: GraphBuilder, x: Value, before: readonly number[], after: readonly number[]): Value {
  return builder.emitOne("Pad", [x, builder.integers([...before, ...after])], { mode: "constant" });
}

/** Slices of x along an axis at whole-number positions: row look-up for axis 0. */
export function gather(builder: GraphBuilder, x: Value, positions: Value, axis = 0): Value {
  return builder.emitOne("Gather", [x, positions], { axis: BigInt(axis) });
}

/** One element of x per position along an axis, positions shaped like the result. */
export function gatherElements(builder: GraphBuilder, x: Value, positions: Value, axis: number): Value {
  return builder.emitOne("GatherElements", [x, positions], { axis: BigInt(axis) });
}

/** A new last axis with 1 at each position and 0 elsewhere. */
export function oneHot(builder: GraphBuilder, positions: Value, depth: number, dtype: DType = "float32"): Value {
  const values = builder.shared(float32Data([2], [0, 1]));
  const hot = builder.emitOne("OneHot", [positions, builder.integers([depth]), values], { axis: -1n });
  return cast(builder, hot, dtype);
}

/** The lower triangle of the last two axes up to the k-th diagonal, zeros above; or the upper one. */
export function triangle(builder: GraphBuilder, x: Value, part: "lower" | "upper", k = 0): Value {
  return builder.emitOne("Trilu", [x, builder.scalar(k, "int64")], { upper: part === "upper" ? 1n : 0n });
}

/** A constant of equal elements, made when the graph runs so that the file stays small. */
export function filled(builder: GraphBuilder, shape: Shape, number: number, dtype: DType = "float32"): Value {
  return builder.emitOne("ConstantOfShape", [builder.lengths(shape)], { value: filledData(dtype, [1], number) });
}

/** int64 0, 1, …, length − 1; counted when the graph runs where the length is symbolic. */
export function range(builder: GraphBuilder, length: Dimension): Value {
  if (typeof length === "number") return builder.integers(Array.from({ length }, (_, place) => place));
  const count = cumulativeSum(builder, filled(builder, [length], 1, "int64"), 0);
  return subtract(builder, count, 1);
}
