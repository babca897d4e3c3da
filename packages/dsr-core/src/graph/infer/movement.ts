// Types of operators that move, select or make elements.
// Knows nothing about what the operators compute.
import { addDimensions, divideDimensions, equalDimensions } from "../dimension.js";
import type { Dimension, Shape, Value } from "../graph.js";
import { broadcastShapes, elementCount, formatShape, missingLength } from "../shape.js";
import {
  checkedAxis,
  constantInts,
  intAttribute,
  intsAttribute,
  lengthAt,
  requiredInput,
  RuleViolation,
  sameType,
  type InferenceRequest,
  type InferenceRule,
} from "./request.js";

const transpose: InferenceRule = (request) => {
  const { dtype, shape } = requiredInput(request, 0);
  const order = intsAttribute(request.attributes, "perm") ?? shape.map((_, axis) => shape.length - 1 - axis);
  const sorted = [...order].sort((a, b) => a - b);
  if (sorted.length !== shape.length || sorted.some((axis, position) => axis !== position))
    throw new RuleViolation(`a permutation of ${shape.length} axes`, formatShape(order));
  return [{ dtype, shape: order.map((axis) => lengthAt(shape, axis)) }];
};

function targetShape(request: InferenceRequest, position: number, what: string): Shape {
  const value = requiredInput(request, position);
  const lengths = request.lengthsOf(value);
  if (lengths === undefined) throw new RuleViolation(`${what} that is known`, `'${value.name}'`);
  return lengths;
}

function resolveReshape(shape: Shape, requested: Shape): Shape {
  const copied = requested.map((length, axis) => (length === 0 ? lengthAt(shape, axis) : length));
  if (!copied.includes(-1)) return copied;
  const missing = missingLength(shape, copied);
  if (missing === undefined)
    throw new RuleViolation(`lengths that divide ${String(elementCount(shape))} elements`, formatShape(requested));
  return copied.map((length) => (length === -1 ? missing : length));
}

const reshape: InferenceRule = (request) => {
  const { dtype, shape } = requiredInput(request, 0);
  const result = resolveReshape(shape, targetShape(request, 1, "a shape"));
  if (!equalDimensions(elementCount(shape), elementCount(result)))
    throw new RuleViolation(
      `a shape of ${String(elementCount(shape))} elements for ${formatShape(shape)}`,
      formatShape(result),
    );
  return [{ dtype, shape: result }];
};

const expand: InferenceRule = (request) => {
  const { dtype, shape } = requiredInput(request, 0);
  const target = targetShape(request, 1, "a shape");
  const result = broadcastShapes(shape, target);
  if (result === undefined)
    throw new RuleViolation(`a shape that ${formatShape(shape)} broadcasts to`, formatShape(target));
  return [{ dtype, shape: result }];
};

const concat: InferenceRule = (request) => {
  const values = request.inputs.filter((input) => input !== undefined);
  const dtype = sameType(values);
  const first = requiredInput(request, 0).shape;
  const axis = checkedAxis(intAttribute(request.attributes, "axis", 0), first.length);
  const fits = (value: Value): boolean =>
    value.shape.length === first.length &&
    value.shape.every((length, each) => each === axis || equalDimensions(length, lengthAt(first, each)));
  const wrong = values.find((value) => !fits(value));
  if (wrong !== undefined)
    throw new RuleViolation(`${formatShape(first)} except at axis ${axis}`, formatShape(wrong.shape));
  const total = values.reduce<Dimension>((sum, value) => addDimensions(sum, lengthAt(value.shape, axis)), 0);
  return [{ dtype, shape: first.map((length, each) => (each === axis ? total : length)) }];
};

function equalParts(length: Dimension, parts: number): Shape {
  const part = divideDimensions(length, parts);
  if (part === undefined) throw new RuleViolation(`a length that ${parts} divides`, String(length));
  return Array.from({ length: parts }, () => part);
}

const split: InferenceRule = (request) => {
  const { dtype, shape } = requiredInput(request, 0);
  const axis = checkedAxis(intAttribute(request.attributes, "axis", 0), shape.length);
  const length = lengthAt(shape, axis);
  const parts =
    request.inputs[1] === undefined ? equalParts(length, request.outputCount) : targetShape(request, 1, "part lengths");
  const sum = parts.reduce<Dimension>((total, part) => addDimensions(total, part), 0);
  if (!equalDimensions(sum, length) || parts.length !== request.outputCount)
    throw new RuleViolation(`${request.outputCount} parts of ${String(length)} at axis ${axis}`, formatShape(parts));
  return parts.map((part) => ({ dtype, shape: shape.map((each, position) => (position === axis ? part : each)) }));
};

function clampIndex(index: number, length: number, low: number, high: number): number {
  return Math.min(Math.max(index < 0 ? index + length : index, low), high);
}

function slicedLength(length: Dimension, start: Dimension, end: Dimension, step: number): Dimension {
  if (typeof length === "number" && typeof start === "number" && typeof end === "number") {
    const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
    const from = clampIndex(start, length, step > 0 ? 0 : low, high);
    const to = clampIndex(end, length, low, high);
    return Math.max(0, Math.ceil((to - from) / step));
  }
  if (step !== 1) throw new RuleViolation("step 1 on a symbolic length", String(step));
  return addDimensions(indexFromFront(end, length), indexFromFront(start, length), -1);
}

function indexFromFront(index: Dimension, length: Dimension): Dimension {
  if (typeof index !== "number") return index;
  if (index >= Number.MAX_SAFE_INTEGER) return length;
  return index < 0 ? addDimensions(length, index) : index;
}

const slice: InferenceRule = (request) => {
  const { dtype, shape } = requiredInput(request, 0);
  const [starts, ends] = [targetShape(request, 1, "starts"), targetShape(request, 2, "ends")];
  const axes =
    request.inputs[3] === undefined ? starts.map((_, position) => position) : constantInts(request, 3, "axes");
  const steps = request.inputs[4] === undefined ? starts.map(() => 1) : constantInts(request, 4, "steps");
  const result = [...shape];
  axes.forEach((each, position) => {
    const axis = checkedAxis(each, shape.length);
    result[axis] = slicedLength(
      lengthAt(shape, axis),
      lengthAt(starts, position),
      lengthAt(ends, position),
      steps[position] ?? 1,
    );
  });
  return [{ dtype, shape: result }];
};

function indices(request: InferenceRequest): Value {
  const value = requiredInput(request, 1);
  if (value.dtype !== "int64" && value.dtype !== "int32")
    throw new RuleViolation("int32 or int64 indices", value.dtype);
  return value;
}

const gather: InferenceRule = (request) => {
  const { dtype, shape } = requiredInput(request, 0);
  const axis = checkedAxis(intAttribute(request.attributes, "axis", 0), shape.length);
  return [{ dtype, shape: [...shape.slice(0, axis), ...indices(request).shape, ...shape.slice(axis + 1)] }];
};

const gatherElements: InferenceRule = (request) => {
  const { dtype, shape } = requiredInput(request, 0);
  const axis = checkedAxis(intAttribute(request.attributes, "axis", 0), shape.length);
  const index = indices(request);
  const fits = index.shape.every((length, each) => each === axis || equalDimensions(length, lengthAt(shape, each)));
  if (index.shape.length !== shape.length || !fits)
    throw new RuleViolation(`indices like ${formatShape(shape)} except at axis ${axis}`, formatShape(index.shape));
  return [{ dtype, shape: index.shape }];
};

const oneHot: InferenceRule = (request) => {
  const index = requiredInput(request, 0);
  const [depth] = constantInts(request, 1, "the depth");
  const values = requiredInput(request, 2);
  const rank = index.shape.length + 1;
  const axis = checkedAxis(intAttribute(request.attributes, "axis", -1), rank);
  const shape = [...index.shape.slice(0, axis), depth ?? 0, ...index.shape.slice(axis)];
  return [{ dtype: values.dtype, shape }];
};

const unsqueeze: InferenceRule = (request) => {
  const { dtype, shape } = requiredInput(request, 0);
  const axes = constantInts(request, 1, "axes");
  const rank = shape.length + axes.length;
  const inserted = new Set(axes.map((axis) => checkedAxis(axis, rank)));
  const rest = [...shape];
  return [{ dtype, shape: Array.from({ length: rank }, (_, axis) => (inserted.has(axis) ? 1 : (rest.shift() ?? 1))) }];
};

const squeeze: InferenceRule = (request) => {
  const { dtype, shape } = requiredInput(request, 0);
  const axes = constantInts(request, 1, "axes").map((axis) => checkedAxis(axis, shape.length));
  const wrong = axes.find((axis) => shape[axis] !== 1);
  if (wrong !== undefined) throw new RuleViolation(`length 1 at axis ${wrong}`, formatShape(shape));
  return [{ dtype, shape: shape.filter((_, axis) => !axes.includes(axis)) }];
};

const shapeOf: InferenceRule = (request) => [{ dtype: "int64", shape: [requiredInput(request, 0).shape.length] }];

const constantOfShape: InferenceRule = (request) => {
  const value = request.attributes["value"];
  const dtype = typeof value === "object" && "dtype" in value ? value.dtype : "float32";
  return [{ dtype, shape: targetShape(request, 0, "a shape") }];
};

const pad: InferenceRule = (request) => {
  const { dtype, shape } = requiredInput(request, 0);
  const pads = constantInts(request, 1, "lengths to add");
  if (pads.length !== 2 * shape.length)
    throw new RuleViolation(`${2 * shape.length} lengths to add`, formatShape(pads));
  const added = (axis: number): number => (pads[axis] ?? 0) + (pads[axis + shape.length] ?? 0);
  return [{ dtype, shape: shape.map((length, axis) => addDimensions(length, added(axis))) }];
};

const sameAsFirst: InferenceRule = (request) => {
  const { dtype, shape } = requiredInput(request, 0);
  return [{ dtype, shape }];
};

/** Rules by operator name. */
export const MOVEMENT_RULES: Readonly<Record<string, InferenceRule>> = {
  Transpose: transpose,
  Reshape: reshape,
  Expand: expand,
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  GatherElements: gatherElements,
  OneHot: oneHot,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Shape: shapeOf,
  ConstantOfShape: constantOfShape,
  Trilu: sameAsFirst,
  Pad: pad,
};
