// Matrix products and convolution.
// Knows nothing about graphs.
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { InputError } from "@dsr/env-bridge/contract";
import { type Kernel, type KernelCall, floatOf, inputAt, intOf, intsOf } from "../kernel.js";

interface Transposes {
  readonly a: boolean;
  readonly b: boolean;
}

/**
 * A product over the last two axes whose leading axes broadcast. Two-dimensional right sides fold the batch into the
 * rows; other batches are broadcast first, because the wasm backend does it wrong when both sides need it.
 */
function product(a: Tensor, b: Tensor, transposes: Transposes): Tensor {
  if (b.rank === 2 && a.rank > 2 && !transposes.a) {
    const rows = tf.reshape(a, [-1, a.shape.at(-1) ?? 1]);
    const flat = tf.matMul(rows as tf.Tensor2D, b as tf.Tensor2D, false, transposes.b);
    return tf.reshape(flat, [...a.shape.slice(0, -1), flat.shape[1] ?? 0]);
  }
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return tf.matMul(withBatch(a, batch), withBatch(b, batch), transposes.a, transposes.b);
}

function withBatch(x: Tensor, batch: readonly number[]): Tensor {
  const shape = [...batch, ...x.shape.slice(-2)];
  return String(shape) === String(x.shape) ? x : tf.broadcastTo(x, shape);
}

/** The first axis moves behind the other batch axes (ONNX Runtime's transBatch). */
function movedBatch(x: Tensor, moved: boolean): Tensor {
  if (!moved) return x;
  const axes = [...x.shape.keys()];
  return tf.transpose(x, [...axes.slice(1, -1), 0, ...axes.slice(-1)]);
}

function fusedMatMul(call: KernelCall): Tensor {
  const flag = (name: string) => intOf(call, name, 0) === 1;
  const [a, b] = [movedBatch(inputAt(call, 0), flag("transBatchA")), movedBatch(inputAt(call, 1), flag("transBatchB"))];
  return scaled(product(a, b, { a: flag("transA"), b: flag("transB") }), floatOf(call, "alpha", 1));
}

function gemm(call: KernelCall): Tensor {
  const transposes = { a: intOf(call, "transA", 0) === 1, b: intOf(call, "transB", 0) === 1 };
  const result = scaled(product(inputAt(call, 0), inputAt(call, 1), transposes), floatOf(call, "alpha", 1));
  const addend = call.inputs[2];
  return addend === undefined ? result : tf.add(result, scaled(addend, floatOf(call, "beta", 1)));
}

function scaled(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : tf.mul(x, factor);
}

/** Patch embedding only (stride = kernel, no padding, any number of spatial axes): patches become rows of a product. */
function convolution(call: KernelCall): Tensor {
  const [x, weight, bias] = [inputAt(call, 0), inputAt(call, 1), call.inputs[2]];
  const kernel = weight.shape.slice(2);
  checkPatches(call, kernel);
  const counts = kernel.map((size, axis) => Math.floor((x.shape[axis + 2] ?? 0) / size));
  const [batch, filters] = [x.shape[0] ?? 0, weight.shape[0] ?? 0];
  const rows = patchRows(croppedTo(x, counts, kernel), counts, kernel);
  const products = tf.matMul(rows as tf.Tensor2D, tf.reshape(weight, [filters, -1]) as tf.Tensor2D, false, true);
  const summed = bias === undefined ? products : tf.add(products, bias);
  const grid = tf.reshape(summed, [batch, ...counts, filters]);
  return tf.transpose(grid, [0, grid.rank - 1, ...counts.map((_, axis) => axis + 1)]);
}

function checkPatches(call: KernelCall, kernel: readonly number[]): void {
  const strides = intsOf(call, "strides") ?? kernel.map(() => 1);
  const padded = (intsOf(call, "pads") ?? []).some((pad) => pad !== 0);
  if (!padded && kernel.every((size, axis) => size === strides[axis])) return;
  throw new InputError(
    `Conv at ${call.node.scope}: expected stride = kernel without padding, found strides ${strides} for ${kernel}`,
  );
}

function croppedTo(x: Tensor, counts: readonly number[], kernel: readonly number[]): Tensor {
  const size = counts.map((count, axis) => count * (kernel[axis] ?? 1));
  return tf.slice(x, [0, 0, ...size.map(() => 0)], [-1, -1, ...size]);
}

/** [N, C, n₁k₁, n₂k₂, …] → [N·n₁·n₂…, C·k₁·k₂…]. */
function patchRows(x: Tensor, counts: readonly number[], kernel: readonly number[]): Tensor {
  const [batch, channels] = [x.shape[0] ?? 0, x.shape[1] ?? 0];
  const split = counts.flatMap((count, axis) => [count, kernel[axis] ?? 1]);
  const parts = tf.reshape(x, [batch, channels, ...split]);
  const grid = counts.map((_, axis) => 2 + 2 * axis);
  const order = [0, ...grid, 1, ...grid.map((axis) => axis + 1)];
  return tf.reshape(tf.transpose(parts, order), [-1, channels * kernel.reduce((a, b) => a * b, 1)]);
}

/** Kernels by operator name. */
export const matmulKernels: Readonly<Record<string, Kernel>> = {
  MatMul: (call) => product(inputAt(call, 0), inputAt(call, 1), { a: false, b: false }),
  FusedMatMul: fusedMatMul,
  Gemm: gemm,
  Conv: convolution,
};
