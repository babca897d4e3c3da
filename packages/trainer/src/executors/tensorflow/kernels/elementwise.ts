// Operators that work element by element, with broadcasting.
// Knows nothing about graphs.
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { InputError } from "@dsr/env-bridge/contract";
import { type Kernel, type KernelCall, floatOf, inputAt, intOf, presentInputs, textOf } from "../kernel.js";

const unary =
  (compute: (x: Tensor) => Tensor): Kernel =>
  (call) =>
    compute(inputAt(call, 0));

const binary =
  (compute: (a: Tensor, b: Tensor) => Tensor): Kernel =>
  (call) =>
    compute(inputAt(call, 0), inputAt(call, 1));

/** Operators with any number of inputs, folded from the left. */
const folded =
  (compute: (a: Tensor, b: Tensor) => Tensor): Kernel =>
  (call) =>
    presentInputs(call)
      .slice(1)
      .reduce(compute, tf.clone(inputAt(call, 0)));

/** ONNX divides whole numbers towards zero; TensorFlow.js would give fractions. */
function divide(a: Tensor, b: Tensor): Tensor {
  if (a.dtype !== "int32") return tf.div(a, b);
  return tf.cast(tf.mul(tf.sign(tf.mul(a, b)), tf.floorDiv(tf.abs(a), tf.abs(b))), "int32");
}

/** ½ x (1 + erf(x/√2)), or by tanh when the attribute says so. */
function gelu(call: KernelCall): Tensor {
  const x = inputAt(call, 0);
  const inner =
    textOf(call, "approximate", "none") === "tanh"
      ? tf.tanh(tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.pow(x, tf.scalar(3))))))
      : tf.erf(tf.mul(x, Math.SQRT1_2));
  return tf.mul(tf.mul(0.5, x), tf.add(1, inner));
}

function clip(call: KernelCall): Tensor {
  const [low, high] = [call.inputs[1], call.inputs[2]];
  const above = low === undefined ? inputAt(call, 0) : tf.maximum(inputAt(call, 0), low);
  return high === undefined ? tf.clone(above) : tf.minimum(above, high);
}

/** ONNX's element type codes that TensorFlow.js has a home for. */
const castTypes: Readonly<Record<number, "float32" | "int32" | "bool">> = {
  1: "float32",
  2: "int32",
  3: "int32",
  6: "int32",
  7: "int32",
  9: "bool",
};

function cast(call: KernelCall): Tensor {
  const code = intOf(call, "to", 0);
  const type = castTypes[code];
  if (type !== undefined) return tf.cast(inputAt(call, 0), type);
  throw new InputError(`Cast at ${call.node.scope}: expected a type that TensorFlow.js has, found ONNX type ${code}`);
}

function isNaNOf(x: Tensor): Tensor {
  return x.dtype === "float32" ? tf.isNaN(x) : tf.zerosLike(tf.cast(x, "bool"));
}

/** Kernels by operator name. */
export const elementwiseKernels: Readonly<Record<string, Kernel>> = {
  Neg: unary(tf.neg),
  Abs: unary(tf.abs),
  Exp: unary(tf.exp),
  Log: unary(tf.log),
  Sqrt: unary(tf.sqrt),
  Reciprocal: unary(tf.reciprocal),
  Sigmoid: unary(tf.sigmoid),
  Tanh: unary(tf.tanh),
  Relu: unary(tf.relu),
  Erf: unary(tf.erf),
  Sin: unary(tf.sin),
  Cos: unary(tf.cos),
  Floor: unary(tf.floor),
  Round: unary(tf.round),
  Sign: unary(tf.sign),
  Softplus: unary(tf.softplus),
  Identity: unary(tf.clone),
  IsNaN: unary(isNaNOf),
  Not: unary(tf.logicalNot),
  Gelu: gelu,
  QuickGelu: (call) => tf.mul(inputAt(call, 0), tf.sigmoid(tf.mul(floatOf(call, "alpha", 1.702), inputAt(call, 0)))),
  Clip: clip,
  Add: binary(tf.add),
  Sub: binary(tf.sub),
  Mul: binary(tf.mul),
  Div: binary(divide),
  Pow: binary(tf.pow),
  Mod: binary(tf.mod),
  Min: folded(tf.minimum),
  Max: folded(tf.maximum),
  Sum: folded(tf.add),
  Equal: binary(tf.equal),
  Less: binary(tf.less),
  LessOrEqual: binary(tf.lessEqual),
  Greater: binary(tf.greater),
  GreaterOrEqual: binary(tf.greaterEqual),
  And: binary(tf.logicalAnd),
  Or: binary(tf.logicalOr),
  Where: (call) => tf.where(inputAt(call, 0), inputAt(call, 1), inputAt(call, 2)),
  Cast: cast,
};
