// Operators that reduce or normalise along axes.
// Knows nothing about graphs.
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import {
  type Kernel,
  type KernelCall,
  floatOf,
  fromFront,
  inputAt,
  integersAt,
  intOf,
  requiredIntegers,
} from "../kernel.js";

type Reduction = (x: Tensor, axes: number[], keep: boolean) => Tensor;

const reduction =
  (compute: Reduction): Kernel =>
  (call) => {
    const x = inputAt(call, 0);
    const axes = integersAt(call, 1) ?? [];
    const all = axes.length === 0 ? [...x.shape.keys()] : axes.map((axis) => fromFront(axis, x.rank));
    return compute(x, all, intOf(call, "keepdims", 1) === 1);
  };

const argument =
  (find: (x: Tensor, axis: number) => Tensor): Kernel =>
  (call) => {
    const x = inputAt(call, 0);
    const axis = fromFront(intOf(call, "axis", 0), x.rank);
    const found = find(x, axis);
    return intOf(call, "keepdims", 1) === 1 ? tf.expandDims(found, axis) : found;
  };

/** The axis moves to the end, because TensorFlow.js computes softmax only there. */
const alongAxis =
  (compute: (x: Tensor) => Tensor): Kernel =>
  (call) => {
    const x = inputAt(call, 0);
    const axis = fromFront(intOf(call, "axis", -1), x.rank);
    if (axis === x.rank - 1) return compute(x);
    const order = [...x.shape.keys()];
    [order[axis], order[x.rank - 1]] = [x.rank - 1, axis];
    return tf.transpose(compute(tf.transpose(x, order)), order);
  };

function cumulativeSum(call: KernelCall): Tensor {
  const x = inputAt(call, 0);
  const axis = fromFront(requiredIntegers(call, 1)[0] ?? 0, x.rank);
  return tf.cumsum(x, axis, intOf(call, "exclusive", 0) === 1, intOf(call, "reverse", 0) === 1);
}

function normalizedAxes(call: KernelCall): number[] {
  const { rank } = inputAt(call, 0);
  const axis = fromFront(intOf(call, "axis", -1), rank);
  return Array.from({ length: rank - axis }, (_, i) => axis + i);
}

/** Outputs: the normalised value, the mean, 1/√(variance + ε). */
function layerNormalization(call: KernelCall): readonly Tensor[] {
  const [x, axes] = [inputAt(call, 0), normalizedAxes(call)];
  const mean = tf.mean(x, axes, true);
  const centred = tf.sub(x, mean);
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), axes, true), floatOf(call, "epsilon", 1e-5)));
  const scaled = tf.mul(tf.mul(centred, inverse), inputAt(call, 1));
  const bias = call.inputs[2];
  return [bias === undefined ? scaled : tf.add(scaled, bias), mean, inverse];
}

/** Outputs: the normalised value, 1/√(mean square + ε). */
function rootMeanSquareNormalization(call: KernelCall): readonly Tensor[] {
  const [x, axes] = [inputAt(call, 0), normalizedAxes(call)];
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), axes, true), floatOf(call, "epsilon", 1e-5)));
  return [tf.mul(tf.mul(x, inverse), inputAt(call, 1)), inverse];
}

/** Kernels by operator name. */
export const reductionKernels: Readonly<Record<string, Kernel>> = {
  ReduceSum: reduction((x, axes, keep) => tf.sum(x, axes, keep)),
  ReduceMean: reduction((x, axes, keep) => tf.mean(x, axes, keep)),
  ReduceMax: reduction((x, axes, keep) => tf.max(x, axes, keep)),
  ReduceMin: reduction((x, axes, keep) => tf.min(x, axes, keep)),
  ReduceSumSquare: reduction((x, axes, keep) => tf.sum(tf.square(x), axes, keep)),
  ReduceL2: reduction((x, axes, keep) => tf.sqrt(tf.sum(tf.square(x), axes, keep))),
  ArgMax: argument((x, axis) => tf.argMax(x, axis)),
  ArgMin: argument((x, axis) => tf.argMin(x, axis)),
  Softmax: alongAxis((x) => tf.softmax(x)),
  LogSoftmax: alongAxis((x) => tf.logSoftmax(x)),
  CumSum: cumulativeSum,
  LayerNormalization: layerNormalization,
  RMSNormalization: rootMeanSquareNormalization,
  SimplifiedLayerNormalization: rootMeanSquareNormalization,
};
