// Gradients of operators that move or select elements.
// Knows nothing about the other operators.
import {
  concat,
  filled,
  gemm,
  matMul,
  oneHot,
  pad,
  reshape,
  slice,
  split,
  staticShape,
  transpose,
  type Shape,
  type Value,
} from "@dsr/dsr-core/graph";
import { sumToShape } from "../broadcast.js";
import { axisOf, constantIntsOf, inputOf, intsOf, type GradientRule, type RuleContext } from "../rule.js";

const reshaping: GradientRule = (context) => [
  () => reshape(context.builder, context.gradient, inputOf(context, 0).shape),
  undefined,
];

const transposition: GradientRule = (context) => {
  const x = inputOf(context, 0);
  const order = intsOf(context.node, "perm") ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return [() => transpose(context.builder, context.gradient, inverse)];
};

const expansion: GradientRule = (context) => [
  () => sumToShape(context.builder, context.gradient, inputOf(context, 0).shape),
  undefined,
];

const concatenation: GradientRule = (context) => {
  const { builder, gradient, node } = context;
  const axis = axisOf(node, gradient.shape.length, 0);
  const lengths: Shape = node.inputs.map((input) => input?.shape[axis] ?? 0);
  let parts: readonly Value[] | undefined;
  return lengths.map((_, position) => () => {
    parts ??= split(builder, gradient, lengths, axis);
    return parts[position] ?? gradient;
  });
};

/** Parts that nothing depends on count as zeros. */
const splitting: GradientRule = (context) => {
  const { builder, gradients, node } = context;
  const axis = axisOf(node, inputOf(context, 0).shape.length, 0);
  const part = (output: Value, position: number): Value =>
    gradients[position] ?? filled(builder, output.shape, 0, output.dtype);
  return [() => concat(builder, node.outputs.map(part), axis), undefined];
};

function checkSteps(context: RuleContext): void {
  const steps = constantIntsOf(context, 4) ?? [];
  if (steps.some((step) => step !== 1))
    context.builder.fail("gradient of Slice", "steps of 1", `[${steps.join(", ")}]`);
}

/** Zeros where nothing was taken. */
const slicing: GradientRule = (context) => {
  checkSteps(context);
  const { builder, gradient } = context;
  const shape = staticShape(inputOf(context, 0).shape, "gradient of Slice");
  const starts = constantIntsOf(context, 1) ?? [];
  const axes = (constantIntsOf(context, 3) ?? starts.map((_, axis) => axis)).map((axis) =>
    axis < 0 ? axis + shape.length : axis,
  );
  const before = shape.map((length, axis) => {
    const start = starts[axes.indexOf(axis)] ?? 0;
    return Math.min(start < 0 ? start + length : start, length);
  });
  const after = shape.map((length, axis) => length - (before[axis] ?? 0) - Number(gradient.shape[axis]));
  return [() => pad(builder, gradient, before, after)];
};

const padding: GradientRule = (context) => {
  const { builder, gradient } = context;
  const x = inputOf(context, 0);
  const pads = constantIntsOf(context, 1) ?? [];
  const cut = (): Value =>
    x.shape.reduce<Value>((value, length, axis) => {
      const start = pads[axis] ?? 0;
      return slice(builder, value, { axis, start, end: start + Number(length) });
    }, gradient);
  return [cut];
};

/** Rows of the table that were looked up: the transposed one-hot matrix times the gradient, in a fixed order. */
function gatherGradient(context: RuleContext): Value {
  const { builder, gradient, node } = context;
  const [table, positions] = [inputOf(context, 0), inputOf(context, 1)];
  const axis = axisOf(node, table.shape.length, 0);
  const shape = staticShape(table.shape, "gradient of Gather");
  const depth = shape[axis] ?? 1;
  const rest = shape.filter((_, each) => each !== axis);
  const moved = Array.from({ length: positions.shape.length }, (_, offset) => axis + offset);
  const others = gradient.shape.map((_, each) => each).filter((each) => !moved.includes(each));
  const front = transpose(builder, gradient, [...moved, ...others]);
  const width = rest.reduce((product, length) => product * length, 1);
  const hot = reshape(builder, oneHot(builder, positions, depth, gradient.dtype), [-1, depth]);
  const rows = gemm(builder, hot, reshape(builder, front, [-1, width]), { transposeA: true });
  const back = rest.map((_, each) => each + 1);
  return transpose(builder, reshape(builder, rows, [depth, ...rest]), [...back.slice(0, axis), 0, ...back.slice(axis)]);
}

/** One element a row of the last axis, as one-hot times the gradient; several as a product with one-hot rows. */
function gatherElementsGradient(context: RuleContext): Value {
  const { builder, gradient, node } = context;
  const [x, positions] = [inputOf(context, 0), inputOf(context, 1)];
  const last = x.shape.length - 1;
  if (axisOf(node, x.shape.length, 0) !== last)
    builder.fail("gradient of GatherElements", `the last axis ${last}`, `axis ${axisOf(node, x.shape.length, 0)}`);
  const hot = oneHot(builder, positions, Number(x.shape[last]), gradient.dtype);
  if (positions.shape[last] === 1) {
    const flat = reshape(builder, hot, x.shape);
    return builder.emitOne("Mul", [flat, gradient]);
  }
  const rows = reshape(builder, gradient, [...gradient.shape.slice(0, -1), 1, gradient.shape[last] ?? 1]);
  return reshape(builder, matMul(builder, rows, hot), x.shape);
}

const triangular: GradientRule = (context) => [
  () => context.builder.emitOne("Trilu", [context.gradient, context.node.inputs[1]], context.node.attributes),
  undefined,
];

/** Rules by operator name. */
export const MOVEMENT_RULES: Readonly<Record<string, GradientRule>> = {
  Reshape: reshaping,
  Unsqueeze: reshaping,
  Squeeze: reshaping,
  Transpose: transposition,
  Expand: expansion,
  Concat: concatenation,
  Split: splitting,
  Slice: slicing,
  Pad: padding,
  Gather: (context) => [() => gatherGradient(context), undefined],
  GatherElements: (context) => [() => gatherElementsGradient(context), undefined],
  Trilu: triangular,
};
