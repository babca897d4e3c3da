// Reductions, softmax and normalisation as functions on a builder.
// Knows nothing about gradients or how they run.
import type { GraphBuilder } from "../builder.js";
import type { Value } from "../graph.js";

/** What becomes of the reduced axes. */
export interface ReductionOptions {
  /** Keep the reduced axes with length 1. */
  readonly keep?: boolean;
}

function reduce(
  builder: GraphBuilder,
  operator: string,
  x: Value,
  axes: readonly number[] | undefined,
  options: ReductionOptions,
): Value {
  const keepdims = options.keep === true ? 1n : 0n;
  const inputs = axes === undefined ? [x] : [x, builder.integers(axes)];
  return builder.emitOne(operator, inputs, { keepdims });
}

/** Sum over axes; over all of them when none are given. */
export function sum(builder: GraphBuilder, x: Value, axes?: readonly number[], options: ReductionOptions = {}): Value {
  return reduce(builder, "ReduceSum", x, axes, options);
}

/** Mean over axes; over all of them when none are given. */
export function mean(builder: GraphBuilder, x: Value, axes?: readonly number[], options: ReductionOptions = {}): Value {
  return reduce(builder, "ReduceMean", x, axes, options);
}

/** Largest element over axes; its gradient is shared by equal largest elements. */
export function largest(
  builder: GraphBuilder,
  x: Value,
  axes?: readonly number[],
  options: ReductionOptions = {},
): Value {
  return reduce(builder, "ReduceMax", x, axes, options);
}

/** Smallest element over axes; its gradient is shared by equal smallest elements. */
export function smallest(
  builder: GraphBuilder,
  x: Value,
  axes?: readonly number[],
  options: ReductionOptions = {},
): Value {
  return reduce(builder, "ReduceMin", x, axes, options);
}

/** Sum of squares over axes; over all of them when none are given. */
export function sumOfSquares(
  builder: GraphBuilder,
  x: Value,
  axes?: readonly number[],
  options: ReductionOptions = {},
): Value {
  return reduce(builder, "ReduceSumSquare", x, axes, options);
}

/** Position (int64) of the first largest element along an axis. */
export function positionOfLargest(builder: GraphBuilder, x: Value, axis = -1): Value {
  return builder.emitOne("ArgMax", [x], { axis: BigInt(axis), keepdims: 0n });
}

/** Running sum along an axis. */
export function cumulativeSum(builder: GraphBuilder, x: Value, axis: number): Value {
  return builder.emitOne("CumSum", [x, builder.scalar(axis, "int64")]);
}

/** e^x / Σ e^x along an axis. */
export function softmax(builder: GraphBuilder, x: Value, axis = -1): Value {
  return builder.emitOne("Softmax", [x], { axis: BigInt(axis) });
}

/** log(softmax(x)) along an axis. */
export function logSoftmax(builder: GraphBuilder, x: Value, axis = -1): Value {
  return builder.emitOne("LogSoftmax", [x], { axis: BigInt(axis) });
}

/** What is normalised together, and what keeps the division finite. */
export interface NormalizationOptions {
  /** First of the axes that are normalised together. */
  readonly axis?: number;
  readonly epsilon?: number;
}

/** (x − mean) / √(variance + ε) · scale + bias over the last axes (Ba et al. 2016). */
export function layerNormalization(
  builder: GraphBuilder,
  x: Value,
  scale: Value,
  options: NormalizationOptions & { readonly bias?: Value } = {},
): Value {
  const attributes = { axis: BigInt(options.axis ?? -1), epsilon: options.epsilon ?? 1e-5 };
  const inputs = options.bias === undefined ? [x, scale] : [x, scale, options.bias];
  return builder.emitOne("LayerNormalization", inputs, attributes, { outputs: 3 });
}

/** x / √(mean(x²) + ε) · scale over the last axes (Zhang and Sennrich 2019); ONNX Runtime's fused operator. */
export function rmsNormalization(
  builder: GraphBuilder,
  x: Value,
  scale: Value,
  options: NormalizationOptions = {},
): Value {
  const attributes = { axis: BigInt(options.axis ?? -1), epsilon: options.epsilon ?? 1e-6 };
  return builder.emitOne("SimplifiedLayerNormalization", [x, scale], attributes, { outputs: 2 });
}
