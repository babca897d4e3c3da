// Types of operators that reduce or normalise along axes.
// Knows nothing about what the operators compute.
import type { Dimension, Shape, Value } from "../graph.js";
import { broadcastShapes, formatShape } from "../shape.js";
import {
  checkedAxis,
  constantInts,
  intAttribute,
  requiredInput,
  RuleViolation,
  sameType,
  type InferenceRequest,
  type InferenceRule,
  type OutputType,
} from "./request.js";

function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  const result: Dimension[] = [];
  shape.forEach((length, axis) => {
    if (!axes.includes(axis)) result.push(length);
    else if (keep) result.push(1);
  });
  return result;
}

function axesOf(request: InferenceRequest, rank: number): readonly number[] {
  const axes = request.inputs[1] === undefined ? undefined : constantInts(request, 1, "axes");
  if (axes === undefined || axes.length === 0) return Array.from({ length: rank }, (_, axis) => axis);
  return axes.map((axis) => checkedAxis(axis, rank));
}

const reduce: InferenceRule = (request) => {
  const { dtype, shape } = requiredInput(request, 0);
  const keep = intAttribute(request.attributes, "keepdims", 1) === 1;
  return [{ dtype, shape: reducedShape(shape, axesOf(request, shape.length), keep) }];
};

const argument: InferenceRule = (request) => {
  const { shape } = requiredInput(request, 0);
  const axis = checkedAxis(intAttribute(request.attributes, "axis", 0), shape.length);
  const keep = intAttribute(request.attributes, "keepdims", 1) === 1;
  return [{ dtype: "int64", shape: reducedShape(shape, [axis], keep) }];
};

const alongAxis: InferenceRule = (request) => {
  const { dtype, shape } = requiredInput(request, 0);
  checkedAxis(intAttribute(request.attributes, "axis", -1), shape.length);
  return [{ dtype, shape }];
};

const cumulative: InferenceRule = (request) => {
  const { dtype, shape } = requiredInput(request, 0);
  for (const axis of constantInts(request, 1, "the axis")) checkedAxis(axis, shape.length);
  return [{ dtype, shape }];
};

function checkScale(input: Value, scale: Value, axis: number): void {
  const tail = input.shape.slice(axis);
  const joined = broadcastShapes(tail, scale.shape);
  if (scale.shape.length > tail.length || joined === undefined)
    throw new RuleViolation(`a scale that broadcasts to ${formatShape(tail)}`, formatShape(scale.shape));
}

/** LayerNormalization, RMSNormalization: the normalised value and, when asked for, float32 statistics with 1 at the axes. */
const normalization: InferenceRule = (request) => {
  const [input, scale, bias] = [requiredInput(request, 0), requiredInput(request, 1), request.inputs[2]];
  const axis = checkedAxis(intAttribute(request.attributes, "axis", -1), input.shape.length);
  const dtype = sameType(bias === undefined ? [input, scale] : [input, scale, bias]);
  checkScale(input, scale, axis);
  if (bias !== undefined) checkScale(input, bias, axis);
  const axes = Array.from({ length: input.shape.length - axis }, (_, offset) => axis + offset);
  const statistics: OutputType = { dtype: "float32", shape: reducedShape(input.shape, axes, true) };
  return [{ dtype, shape: input.shape }, ...Array.from({ length: request.outputCount - 1 }, () => statistics)];
};

/** Rules by operator name. */
export const REDUCTION_RULES: Readonly<Record<string, InferenceRule>> = {
  ReduceSum: reduce,
  ReduceMean: reduce,
  ReduceMax: reduce,
  ReduceMin: reduce,
  ReduceSumSquare: reduce,
  ReduceL2: reduce,
  ArgMax: argument,
  ArgMin: argument,
  Softmax: alongAxis,
  LogSoftmax: alongAxis,
  CumSum: cumulative,
  LayerNormalization: normalization,
  RMSNormalization: normalization,
  SimplifiedLayerNormalization: normalization,
};
