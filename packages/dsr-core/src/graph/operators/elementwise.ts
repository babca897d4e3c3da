// Element-by-element operators as functions on a builder; numbers become constants of the other operand's type.
// Knows nothing about gradients or how they run.
import type { GraphBuilder } from "../builder.js";
import { dtypeCode } from "../dtype-codes.js";
import type { DType, Value } from "../graph.js";

/** A value, or a number that takes the other operand's element type. */
export type Operand = Value | number;

function pair(builder: GraphBuilder, a: Operand, b: Operand): readonly [Value, Value] {
  const dtype = typeof a === "number" ? (typeof b === "number" ? "float32" : b.dtype) : a.dtype;
  const value = (operand: Operand): Value => (typeof operand === "number" ? builder.scalar(operand, dtype) : operand);
  return [value(a), value(b)];
}

/** a + b. */
export function add(builder: GraphBuilder, a: Operand, b: Operand): Value {
  return builder.emitOne("Add", pair(builder, a, b));
}

/** a − b. */
export function subtract(builder: GraphBuilder, a: Operand, b: Operand): Value {
  return builder.emitOne("Sub", pair(builder, a, b));
}

/** a · b, element by element. */
export function multiply(builder: GraphBuilder, a: Operand, b: Operand): Value {
  return builder.emitOne("Mul", pair(builder, a, b));
}

/** a / b. */
export function divide(builder: GraphBuilder, a: Operand, b: Operand): Value {
  return builder.emitOne("Div", pair(builder, a, b));
}

/** What is left of a after dividing by b, with the sign of b; whole numbers only. */
export function remainder(builder: GraphBuilder, a: Operand, b: Operand): Value {
  return builder.emitOne("Mod", pair(builder, a, b));
}

/** a to the power b; gradients need b to be a constant. */
export function power(builder: GraphBuilder, a: Operand, b: Operand): Value {
  return builder.emitOne("Pow", pair(builder, a, b));
}

/** The smaller of a and b. */
export function minimum(builder: GraphBuilder, a: Operand, b: Operand): Value {
  return builder.emitOne("Min", pair(builder, a, b));
}

/** The larger of a and b. */
export function maximum(builder: GraphBuilder, a: Operand, b: Operand): Value {
  return builder.emitOne("Max", pair(builder, a, b));
}

/** Sum of one or more values. */
export function addAll(builder: GraphBuilder, values: readonly Value[]): Value {
  const [first] = values;
  return values.length === 1 && first !== undefined ? first : builder.emitOne("Sum", values);
}

/** −x. */
export function negate(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("Neg", [x]);
}

/** |x|. */
export function absolute(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("Abs", [x]);
}

/** −1, 0 or 1; no gradient. */
export function sign(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("Sign", [x]);
}

/** e to the power x. */
export function exponential(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("Exp", [x]);
}

/** Natural logarithm. */
export function logarithm(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("Log", [x]);
}

/** √x. */
export function squareRoot(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("Sqrt", [x]);
}

/** 1 / x. */
export function reciprocal(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("Reciprocal", [x]);
}

/** x². */
export function square(builder: GraphBuilder, x: Value): Value {
  return multiply(builder, x, x);
}

/** sin x, x in radians. */
export function sine(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("Sin", [x]);
}

/** cos x, x in radians. */
export function cosine(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("Cos", [x]);
}

/** The largest whole number not above x; no gradient. */
export function floor(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("Floor", [x]);
}

/** 1 / (1 + e^−x). */
export function sigmoid(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("Sigmoid", [x]);
}

/** Hyperbolic tangent. */
export function tanh(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("Tanh", [x]);
}

/** The Gauss error function. */
export function errorFunction(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("Erf", [x]);
}

/** max(x, 0). */
export function relu(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("Relu", [x]);
}

/** max(x, 0)² (Primer, So et al. 2021). */
export function squaredRelu(builder: GraphBuilder, x: Value): Value {
  return square(builder, relu(builder, x));
}

/** x · sigmoid(x), also called swish; one fused kernel in ONNX Runtime. */
export function silu(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("QuickGelu", [x], { alpha: 1 }, { domain: "com.microsoft" });
}

/** x · sigmoid(1.702 x). */
export function quickGelu(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("QuickGelu", [x], { alpha: 1.702 }, { domain: "com.microsoft" });
}

/** x · Φ(x) with Φ the normal distribution, exact (erf) or by the tanh approximation (Hendrycks and Gimpel 2016). */
export function gelu(builder: GraphBuilder, x: Value, approximate: "none" | "tanh" = "none"): Value {
  return builder.emitOne("Gelu", [x], { approximate });
}

/** Element type conversion; gradients flow between floating types. */
export function cast(builder: GraphBuilder, x: Value, dtype: DType): Value {
  return x.dtype === dtype ? x : builder.emitOne("Cast", [x], { to: BigInt(dtypeCode(dtype)) });
}

/** yes where the condition holds, otherwise no. */
export function where(builder: GraphBuilder, condition: Value, yes: Operand, no: Operand): Value {
  return builder.emitOne("Where", [condition, ...pair(builder, yes, no)]);
}

/** a = b. */
export function equal(builder: GraphBuilder, a: Operand, b: Operand): Value {
  return builder.emitOne("Equal", pair(builder, a, b));
}

/** a < b. */
export function less(builder: GraphBuilder, a: Operand, b: Operand): Value {
  return builder.emitOne("Less", pair(builder, a, b));
}

/** a ≤ b. */
export function lessOrEqual(builder: GraphBuilder, a: Operand, b: Operand): Value {
  return builder.emitOne("LessOrEqual", pair(builder, a, b));
}

/** a > b. */
export function greater(builder: GraphBuilder, a: Operand, b: Operand): Value {
  return builder.emitOne("Greater", pair(builder, a, b));
}

/** Both hold. */
export function logicalAnd(builder: GraphBuilder, a: Value, b: Value): Value {
  return builder.emitOne("And", [a, b]);
}

/** At least one holds. */
export function logicalOr(builder: GraphBuilder, a: Value, b: Value): Value {
  return builder.emitOne("Or", [a, b]);
}

/** Does not hold. */
export function logicalNot(builder: GraphBuilder, x: Value): Value {
  return builder.emitOne("Not", [x]);
}
