// Gradients of reductions and softmax, in their cheap closed forms.
// Knows nothing about the other operators.
import {
  cast,
  divide,
  equal,
  expand,
  exponential,
  multiply,
  reshape,
  staticShape,
  subtract,
  sum,
  type GraphBuilder,
  type GraphNode,
  type Shape,
  type Value,
} from "@dsr/dsr-core/graph";
import { isTransposedProduct } from "../fusion.js";
import { axisOf, constantIntsOf, inputOf, intOf, outputOf, type GradientRule, type RuleContext } from "../rule.js";

function reducedAxes(context: RuleContext): readonly number[] {
  const rank = inputOf(context, 0).shape.length;
  const axes = constantIntsOf(context, 1);
  if (axes === undefined || axes.length === 0) return Array.from({ length: rank }, (_, axis) => axis);
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

/** The input's shape with 1 at the reduced axes: what the result is with or without `keepdims`. */
function keptShape(context: RuleContext): Shape {
  const axes = reducedAxes(context);
  return inputOf(context, 0).shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
}

/** A reduced value or its gradient with 1 at the reduced axes. */
function kept(context: RuleContext, value: Value): Value {
  return intOf(context.node, "keepdims", 1) === 1 ? value : reshape(context.builder, value, keptShape(context));
}

/** Number of elements that each result is made of. */
function reducedCount(context: RuleContext): number {
  const shape = staticShape(inputOf(context, 0).shape, `gradient of ${context.node.operator}`);
  return reducedAxes(context).reduce((count, axis) => count * (shape[axis] ?? 1), 1);
}

const total: GradientRule = (context) => [
  () => expand(context.builder, kept(context, context.gradient), inputOf(context, 0).shape),
];

const average: GradientRule = (context) => [
  () => {
    const share = multiply(context.builder, kept(context, context.gradient), 1 / reducedCount(context));
    return expand(context.builder, share, inputOf(context, 0).shape);
  },
];

/** Elements equal to the extreme share the gradient, as in PyTorch's amax. */
const extreme: GradientRule = (context) => {
  const { builder } = context;
  const x = inputOf(context, 0);
  const share = (): Value => {
    const hits = cast(builder, equal(builder, x, kept(context, outputOf(context))), x.dtype);
    const count = sum(builder, hits, reducedAxes(context), { keep: true });
    return multiply(builder, hits, divide(builder, kept(context, context.gradient), count));
  };
  return [share];
};

const squares: GradientRule = (context) => [
  () => multiply(context.builder, inputOf(context, 0), multiply(context.builder, kept(context, context.gradient), 2)),
];

const length: GradientRule = (context) => [
  () => {
    const { builder, gradient } = context;
    return multiply(
      builder,
      inputOf(context, 0),
      divide(builder, kept(context, gradient), kept(context, outputOf(context))),
    );
  },
];

/** The result of softmax·V for a gradient dO·Vᵀ of the softmax, with dO itself. */
function attentionParts(context: RuleContext, y: Value): readonly [upstream: Value, output: Value] | undefined {
  const { builder, gradient } = context;
  const producer = builder.producerOf(gradient);
  const [upstream, values] = producer?.inputs ?? [];
  if (!isTransposedProduct(producer) || upstream === undefined) return undefined;
  const uses = (node: GraphNode): boolean =>
    node.operator === "MatMul" && node.inputs[0] === y && node.inputs[1] === values;
  const output = builder.nodes.find(uses)?.outputs[0];
  return output === undefined ? undefined : [upstream, output];
}

/**
 * Σ g·y along the last axis. In attention g = dO·Vᵀ and O = y·V, so that it is Σ dO·O: over a head's size in place of
 * all keys (Dao et al. 2022).
 */
function rowProducts(context: RuleContext, y: Value, axis: number): Value {
  const { builder, gradient } = context;
  const parts = axis === y.shape.length - 1 ? attentionParts(context, y) : undefined;
  if (parts !== undefined) return sum(builder, multiply(builder, ...parts), [-1], { keep: true });
  return sum(builder, multiply(builder, gradient, y), [axis], { keep: true });
}

/** y·(g − Σ g·y). */
const softmax: GradientRule = (context) => {
  const { builder, gradient } = context;
  const y = outputOf(context);
  const axis = axisOf(context.node, y.shape.length, -1);
  return [() => multiply(builder, y, subtract(builder, gradient, rowProducts(context, y, axis)))];
};

/** A one-hot value times one number a row: the row's sum is that number. */
function oneHotRows(builder: GraphBuilder, gradient: Value): readonly [oneHot: Value, rows: Value] | undefined {
  const producer = builder.producerOf(gradient);
  const [first, second] = producer?.inputs ?? [];
  if (producer?.operator !== "Mul" || first === undefined || second === undefined) return undefined;
  return builder.producerOf(first)?.operator === "OneHot" && second.shape.at(-1) === 1 ? [first, second] : undefined;
}

/** g − e^y·Σ g; for cross-entropy (one-hot − e^y)·weight, without forming g. */
const logSoftmax: GradientRule = (context) => {
  const { builder, gradient } = context;
  const y = outputOf(context);
  const axis = axisOf(context.node, y.shape.length, -1);
  const slope = (): Value => {
    const probabilities = exponential(builder, y);
    const rows = axis === y.shape.length - 1 ? oneHotRows(builder, gradient) : undefined;
    if (rows !== undefined) return multiply(builder, subtract(builder, rows[0], probabilities), rows[1]);
    const totals = sum(builder, gradient, [axis], { keep: true });
    return subtract(builder, gradient, multiply(builder, probabilities, totals));
  };
  return [slope];
};

/** A running sum's gradient is the running sum from the other end. */
const cumulative: GradientRule = (context) => [
  () => context.builder.emitOne("CumSum", [context.gradient, context.node.inputs[1]], { reverse: 1n }),
];

/** Rules by operator name. */
export const REDUCTION_RULES: Readonly<Record<string, GradientRule>> = {
  ReduceSum: total,
  ReduceMean: average,
  ReduceMax: extreme,
  ReduceMin: extreme,
  ReduceSumSquare: squares,
  ReduceL2: length,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  CumSum: cumulative,
};
