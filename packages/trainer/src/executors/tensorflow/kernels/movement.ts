// Operators that move, select or make elements.
// Knows nothing about graphs.
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { toNumbers } from "@dsr/dsr-core/graph";
import {
  type Kernel,
  type KernelCall,
  fromFront,
  inputAt,
  integersAt,
  intOf,
  intsOf,
  presentInputs,
  requiredIntegers,
  tensorOf,
} from "../kernel.js";

function transpose(call: KernelCall): Tensor {
  const x = inputAt(call, 0);
  return tf.transpose(x, [...(intsOf(call, "perm") ?? [...x.shape.keys()].toReversed())]);
}

/** 0 copies a length of the input. */
function reshape(call: KernelCall): Tensor {
  const x = inputAt(call, 0);
  const lengths = requiredIntegers(call, 1).map((length, axis) => (length === 0 ? (x.shape[axis] ?? 0) : length));
  return tf.reshape(x, lengths);
}

function expand(call: KernelCall): Tensor {
  const [x, lengths] = [inputAt(call, 0), requiredIntegers(call, 1)];
  return tf.broadcastTo(x, [...tf.broadcast_util.assertAndGetBroadcastShape(x.shape, [...lengths])]);
}

function concat(call: KernelCall): Tensor {
  const inputs = presentInputs(call);
  return tf.concat([...inputs], fromFront(intOf(call, "axis", 0), inputAt(call, 0).rank));
}

function split(call: KernelCall): readonly Tensor[] {
  const x = inputAt(call, 0);
  const axis = fromFront(intOf(call, "axis", 0), x.rank);
  return tf.split(x, [...(integersAt(call, 1) ?? equalParts(x.shape[axis] ?? 0, call.node.outputs.length))], axis);
}

function equalParts(length: number, parts: number): readonly number[] {
  return Array.from({ length: parts }, () => length / parts);
}

function slice(call: KernelCall): Tensor {
  const x = inputAt(call, 0);
  const [starts, ends] = [requiredIntegers(call, 1), requiredIntegers(call, 2)];
  const [axes, steps] = [integersAt(call, 3) ?? [...starts.keys()], integersAt(call, 4) ?? starts.map(() => 1)];
  const [begin, end, stride] = [x.shape.map(() => 0), [...x.shape], x.shape.map(() => 1)];
  axes.forEach((each, i) => {
    const axis = fromFront(each, x.rank);
    const length = x.shape[axis] ?? 0;
    stride[axis] = steps[i] ?? 1;
    begin[axis] = clamped(starts[i] ?? 0, length, stride[axis]);
    end[axis] = clamped(ends[i] ?? length, length, stride[axis]);
  });
  // An end before the first element, for a negative step, can only be said with a mask.
  const endMask = end.reduce((mask, each, axis) => (each < 0 ? mask | (1 << axis) : mask), 0);
  return tf.stridedSlice(x, begin, end, stride, 0, endMask);
}

/** ONNX counts from the end below zero, and cuts off what lies outside. */
function clamped(position: number, length: number, step: number): number {
  const counted = position < 0 ? position + length : position;
  return step > 0 ? Math.min(Math.max(counted, 0), length) : Math.min(Math.max(counted, -1), length - 1);
}

/** Positions below zero count from the end. */
function positions(call: KernelCall, length: number): Tensor {
  const found = inputAt(call, 1);
  return tf.where(tf.less(found, 0), tf.add(found, tf.scalar(length, "int32")), found);
}

function gather(call: KernelCall): Tensor {
  const x = inputAt(call, 0);
  const axis = fromFront(intOf(call, "axis", 0), x.rank);
  return tf.gather(x, positions(call, x.shape[axis] ?? 0) as tf.Tensor1D, axis);
}

/** One look-up in the flat tensor: every position plus the offset of its place along the other axes. */
function gatherElements(call: KernelCall): Tensor {
  const x = inputAt(call, 0);
  const axis = fromFront(intOf(call, "axis", 0), x.rank);
  const index = positions(call, x.shape[axis] ?? 0);
  const strides = x.shape.map((_, at) => x.shape.slice(at + 1).reduce((a, b) => a * b, 1));
  const parts = index.shape.map((length, at) => {
    if (at === axis) return tf.mul(index, tf.scalar(strides[at] ?? 1, "int32"));
    const along = tf.mul(tf.range(0, length, 1, "int32"), tf.scalar(strides[at] ?? 1, "int32"));
    return tf.reshape(along, [length, ...Array.from({ length: index.rank - at - 1 }, () => 1)]);
  });
  const flat = parts.reduce((sum, part) => tf.add(sum, part));
  return tf.gather(tf.reshape(x, [-1]), tf.cast(flat, "int32") as tf.Tensor1D);
}

/**
 * The values input holds [off, on]; positions outside the depth give `off` everywhere. Written as a comparison, because
 * the wasm backend's own kernel gives wrong numbers for such positions and values.
 */
function oneHot(call: KernelCall): Tensor {
  const found = inputAt(call, 0);
  const depth = requiredIntegers(call, 1)[0] ?? 0;
  const [off = 0, on = 1] = Array.from(inputAt(call, 2).dataSync());
  const index = tf.where(tf.less(found, 0), tf.add(found, tf.scalar(depth, "int32")), found);
  const axis = fromFront(intOf(call, "axis", -1), found.rank + 1);
  const places = tf.reshape(tf.range(0, depth, 1, "int32"), [depth, ...found.shape.slice(axis).map(() => 1)]);
  const type = inputAt(call, 2).dtype as "float32";
  return tf.where(tf.equal(tf.expandDims(index, axis), places), tf.scalar(on, type), tf.scalar(off, type));
}

function unsqueeze(call: KernelCall): Tensor {
  const x = inputAt(call, 0);
  const axes = requiredIntegers(call, 1);
  const rank = x.rank + axes.length;
  const added = new Set(axes.map((axis) => fromFront(axis, rank)));
  const rest = [...x.shape];
  return tf.reshape(
    x,
    Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? 1))),
  );
}

function squeeze(call: KernelCall): Tensor {
  const x = inputAt(call, 0);
  const axes = integersAt(call, 1)?.map((axis) => fromFront(axis, x.rank));
  return tf.reshape(
    x,
    x.shape.filter((length, axis) => (axes === undefined ? length !== 1 : !axes.includes(axis))),
  );
}

function constantOfShape(call: KernelCall): Tensor {
  const value = tensorOf(call, "value");
  const number = value === undefined ? 0 : (toNumbers(value)[0] ?? 0);
  const dtype =
    value === undefined || value.dtype === "float32" ? "float32" : value.dtype === "bool" ? "bool" : "int32";
  return tf.broadcastTo(tf.scalar(number, dtype), [...requiredIntegers(call, 0)]);
}

/** Constant padding; negative lengths crop. */
function pad(call: KernelCall): Tensor {
  const x = inputAt(call, 0);
  const pads = requiredIntegers(call, 1);
  const axes = integersAt(call, 3) ?? [...x.shape.keys()];
  const lengths = x.shape.map((): [number, number] => [0, 0]);
  axes.forEach((axis, i) => {
    lengths[fromFront(axis, x.rank)] = [pads[i] ?? 0, pads[i + axes.length] ?? 0];
  });
  const begin = lengths.map(([before]) => Math.max(0, -before));
  const size = x.shape.map((length, axis) => length - (begin[axis] ?? 0) - Math.max(0, -(lengths[axis]?.[1] ?? 0)));
  const grown = lengths.map(([before, after]): [number, number] => [Math.max(0, before), Math.max(0, after)]);
  return tf.pad(tf.slice(x, begin, size), grown, call.inputs[2]?.dataSync()[0] ?? 0);
}

function triangle(call: KernelCall): Tensor {
  const x = inputAt(call, 0);
  const k = integersAt(call, 1)?.[0] ?? 0;
  const [rows, columns] = [x.shape.at(-2) ?? 1, x.shape.at(-1) ?? 1];
  const row = tf.reshape(tf.range(0, rows, 1, "int32"), [rows, 1]);
  const offset = tf.sub(tf.range(0, columns, 1, "int32"), row);
  const bound = tf.scalar(k, "int32");
  const kept = intOf(call, "upper", 1) === 1 ? tf.greaterEqual(offset, bound) : tf.lessEqual(offset, bound);
  return tf.where(tf.broadcastTo(kept, x.shape), x, tf.zerosLike(x));
}

/** Kernels by operator name. */
export const movementKernels: Readonly<Record<string, Kernel>> = {
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
  Shape: (call) => tf.tensor1d(inputAt(call, 0).shape, "int32"),
  ConstantOfShape: constantOfShape,
  Pad: pad,
  Trilu: triangle,
};
