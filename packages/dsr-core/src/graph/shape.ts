// Rules on shapes: broadcasting, element counts, axes, and how shapes are written in messages.
// Knows nothing about operators or builders.
import { GraphError } from "../errors.js";
import { divideDimensions, equalDimensions, multiplyDimensions } from "./dimension.js";
import type { Dimension, Shape, Value } from "./graph.js";

/** `[32, batch, 4]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** `float32[32, batch, 4]`. */
export function formatType(value: Pick<Value, "dtype" | "shape">): string {
  return `${value.dtype}${formatShape(value.shape)}`;
}

/** Whether every length is a number. */
export function isStatic(shape: Shape): shape is readonly number[] {
  return shape.every((length) => typeof length === "number");
}

/** The shape as numbers; an error that says which length is symbolic otherwise. */
export function staticShape(shape: Shape, what: string): readonly number[] {
  if (isStatic(shape)) return shape;
  throw new GraphError(`${what}: expected lengths known in advance, found ${formatShape(shape)}`);
}

/** Whether two shapes certainly are the same. */
export function equalShapes(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => equalDimensions(length, b[axis] ?? 0));
}

/** Product of the lengths; 1 for a scalar. */
export function elementCount(shape: Shape): Dimension {
  return shape.reduce<Dimension>(multiplyDimensions, 1);
}

/** Product of the lengths of a shape of numbers. */
export function countElements(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function broadcastLength(a: Dimension, b: Dimension): Dimension | undefined {
  if (a === 1) return b;
  return b === 1 || equalDimensions(a, b) ? a : undefined;
}

/** The shape both broadcast to by NumPy's rule, or undefined when they do not (or cannot be told to). */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const result: Dimension[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const length = broadcastLength(a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1);
    if (length === undefined) return undefined;
    result.push(length);
  }
  return result;
}

/** The axis counted from the front; undefined when it is outside −rank … rank − 1. */
export function normalizeAxis(axis: number, rank: number): number | undefined {
  const normal = axis < 0 ? axis + rank : axis;
  return Number.isInteger(normal) && normal >= 0 && normal < rank ? normal : undefined;
}

/** The length that −1 stands for so that `requested` has as many elements as `shape`; undefined when there is none. */
export function missingLength(shape: Shape, requested: readonly Dimension[]): Dimension | undefined {
  const known = requested.filter((length) => length !== -1);
  return divideDimensions(elementCount(shape), elementCount(known));
}
