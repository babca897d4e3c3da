// Gradients of arithmetic, element by element, with broadcasting.
// Knows nothing about the other operators.
import {
  cast,
  divide,
  equal,
  greater,
  less,
  logicalOr,
  multiply,
  negate,
  power,
  where,
  type GraphBuilder,
  type Value,
} from "@dsr/dsr-core/graph";
import { sumToShape } from "../broadcast.js";
import { scaled } from "../fusion.js";
import { inputOf, outputOf, type GradientRule, type RuleContext } from "../rule.js";

function like(context: RuleContext, position: number, gradient: Value): Value {
  return sumToShape(context.builder, gradient, inputOf(context, position).shape);
}

/** Add and Sum: the gradient goes to every input. */
const addition: GradientRule = (context) =>
  context.node.inputs.map((_, position) => () => like(context, position, context.gradient));

const subtraction: GradientRule = (context) => [
  () => like(context, 0, context.gradient),
  () => negate(context.builder, like(context, 1, context.gradient)),
];

/** x·x: twice the gradient times x, the 2 moved into a product that made the gradient where there is one. */
function squareGradient(context: RuleContext): Value {
  return multiply(context.builder, scaled(context, 2), inputOf(context, 0));
}

const multiplication: GradientRule = (context) => {
  const { builder, gradient } = context;
  const [a, b] = [inputOf(context, 0), inputOf(context, 1)];
  if (a === b) return [() => squareGradient(context), undefined];
  const other = (value: Value, position: number): Value => {
    const product = builder.isConstant(value) && value.shape.length === 0 ? scaledBy(context, value) : undefined;
    return like(context, position, product ?? multiply(builder, gradient, value));
  };
  return [() => other(b, 0), () => other(a, 1)];
};

/** A constant factor moves into the product that made the gradient. */
function scaledBy(context: RuleContext, factor: Value): Value | undefined {
  const [number] = context.builder.constantOf(factor)?.data ?? [];
  return typeof number === "number" ? scaled(context, number) : undefined;
}

const division: GradientRule = (context) => {
  const { builder, gradient } = context;
  const [a, b, quotient] = [inputOf(context, 0), inputOf(context, 1), outputOf(context)];
  if (a === b) return [() => multiply(builder, gradient, 0), undefined];
  return [
    () => like(context, 0, divide(builder, gradient, b)),
    () => like(context, 1, negate(builder, divide(builder, multiply(builder, gradient, quotient), b))),
  ];
};

/** xⁿ with a constant n: n·xⁿ⁻¹. */
const exponentiation: GradientRule = (context) => {
  const { builder, gradient } = context;
  const [base, exponent] = [inputOf(context, 0), inputOf(context, 1)];
  const slope = (): Value => {
    const number = builder.constantOf(exponent)?.data[0];
    if (typeof number !== "number" || exponent.shape.length > 0)
      return builder.fail("gradient of Pow", "a constant scalar exponent", `'${exponent.name}'`);
    return multiply(builder, multiply(builder, power(builder, base, number - 1), number), gradient);
  };
  return [() => like(context, 0, slope()), undefined];
};

/** Where a is chosen the gradient goes to a; equal elements share it, as in PyTorch. */
function choice(wins: (builder: GraphBuilder, a: Value, b: Value) => Value): GradientRule {
  return (context) => {
    const { builder, gradient } = context;
    const [a, b] = [inputOf(context, 0), inputOf(context, 1)];
    const part = (own: Value, other: Value, position: number): Value => {
      const half = multiply(builder, gradient, 0.5);
      const tied = where(builder, equal(builder, own, other), half, 0);
      return like(context, position, where(builder, wins(builder, own, other), gradient, tied));
    };
    return [() => part(a, b, 0), () => part(b, a, 1)];
  };
}

const selection: GradientRule = (context) => {
  const { builder, gradient } = context;
  const condition = inputOf(context, 0);
  return [
    undefined,
    () => like(context, 1, where(builder, condition, gradient, 0)),
    () => like(context, 2, where(builder, condition, 0, gradient)),
  ];
};

const conversion: GradientRule = (context) => [
  () => cast(context.builder, context.gradient, inputOf(context, 0).dtype),
];

/** Clip: no gradient outside the limits. */
const clipping: GradientRule = (context) => {
  const { builder, gradient } = context;
  const [x, low, high] = context.node.inputs;
  const masked = (): Value => {
    const outside = [
      ...(low === undefined || x === undefined ? [] : [less(builder, x, low)]),
      ...(high === undefined || x === undefined ? [] : [greater(builder, x, high)]),
    ];
    const [first, second] = outside;
    if (first === undefined) return gradient;
    return where(builder, second === undefined ? first : logicalOr(builder, first, second), 0, gradient);
  };
  return [masked];
};

/** Rules by operator name. */
export const ARITHMETIC_RULES: Readonly<Record<string, GradientRule>> = {
  Add: addition,
  Sum: addition,
  Sub: subtraction,
  Mul: multiplication,
  Div: division,
  Pow: exponentiation,
  Max: choice(greater),
  Min: choice(less),
  Where: selection,
  Cast: conversion,
  Clip: clipping,
  Identity: (context) => [() => context.gradient],
  Neg: (context) => [() => negate(context.builder, context.gradient)],
};
