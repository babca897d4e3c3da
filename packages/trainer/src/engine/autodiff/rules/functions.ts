// Gradients of functions of one number, applied element by element.
// Knows nothing about the other operators; each uses the output where that is cheaper than the input.
import {
  add,
  cosine,
  divide,
  errorFunction,
  exponential,
  greater,
  multiply,
  negate,
  sigmoid,
  sign,
  sine,
  square,
  subtract,
  tanh,
  where,
  type GraphBuilder,
  type Value,
} from "@dsr/dsr-core/graph";
import { inputOf, numberOf, outputOf, type GradientRule, type RuleContext } from "../rule.js";

/** A rule from the gradient of the input, given gradient, input x and output y. */
function rule(of: (builder: GraphBuilder, gradient: Value, x: Value, y: Value) => Value): GradientRule {
  return (context) => [() => of(context.builder, context.gradient, inputOf(context, 0), outputOf(context))];
}

/** A gradient that already has the output as a factor is zero wherever Relu's is. */
function isMaskedBy(context: RuleContext, y: Value): boolean {
  const producer = context.builder.producerOf(context.gradient);
  return producer?.operator === "Mul" && producer.inputs.includes(y);
}

const relu: GradientRule = (context) => {
  const { builder, gradient } = context;
  const y = outputOf(context);
  return [() => (isMaskedBy(context, y) ? gradient : where(builder, greater(builder, y, 0), gradient, 0))];
};

/** x·σ(αx): σ·(1 + αx·(1 − σ)) = σ + α·y·(1 − σ). */
const quickGelu: GradientRule = (context) => {
  const { builder, gradient } = context;
  const [x, y, alpha] = [inputOf(context, 0), outputOf(context), numberOf(context.node, "alpha", 1.702)];
  const slope = (): Value => {
    const gate = sigmoid(builder, alpha === 1 ? x : multiply(builder, x, alpha));
    const outside = multiply(builder, y, subtract(builder, 1, gate));
    return add(builder, gate, alpha === 1 ? outside : multiply(builder, outside, alpha));
  };
  return [() => multiply(builder, gradient, slope())];
};

/** Φ(x) + x·φ(x) with Φ = (1 + erf(x/√2))/2 and φ = e^(−x²/2)/√(2π). */
function exactGeluSlope(builder: GraphBuilder, x: Value): Value {
  const half = multiply(builder, errorFunction(builder, multiply(builder, x, Math.SQRT1_2)), 0.5);
  const density = multiply(
    builder,
    exponential(builder, multiply(builder, square(builder, x), -0.5)),
    1 / Math.sqrt(2 * Math.PI),
  );
  return add(builder, add(builder, half, 0.5), multiply(builder, x, density));
}

/** With u = √(2/π)·(x + 0.044715·x³), t = tanh u: (1 + t)/2 + x·(1 − t²)/2·u′. */
function tanhGeluSlope(builder: GraphBuilder, x: Value): Value {
  const factor = Math.sqrt(2 / Math.PI);
  const squared = square(builder, x);
  const inner = multiply(builder, x, add(builder, multiply(builder, squared, 0.044715 * factor), factor));
  const t = tanh(builder, inner);
  const innerSlope = add(builder, multiply(builder, squared, 3 * 0.044715 * factor), factor);
  const tail = multiply(builder, multiply(builder, x, subtract(builder, 1, square(builder, t))), innerSlope);
  return multiply(builder, add(builder, add(builder, t, 1), tail), 0.5);
}

const gelu: GradientRule = (context) => {
  const { builder, gradient, node } = context;
  const slope = node.attributes["approximate"] === "tanh" ? tanhGeluSlope : exactGeluSlope;
  return [() => multiply(builder, gradient, slope(builder, inputOf(context, 0)))];
};

/** Rules by operator name. */
export const FUNCTION_RULES: Readonly<Record<string, GradientRule>> = {
  Abs: rule((builder, gradient, x) => multiply(builder, gradient, sign(builder, x))),
  Exp: rule((builder, gradient, _, y) => multiply(builder, gradient, y)),
  Log: rule((builder, gradient, x) => divide(builder, gradient, x)),
  Sqrt: rule((builder, gradient, _, y) => divide(builder, multiply(builder, gradient, 0.5), y)),
  Reciprocal: rule((builder, gradient, _, y) => negate(builder, multiply(builder, gradient, square(builder, y)))),
  Sigmoid: rule((builder, gradient, _, y) =>
    multiply(builder, gradient, multiply(builder, y, subtract(builder, 1, y))),
  ),
  Tanh: rule((builder, gradient, _, y) => multiply(builder, gradient, subtract(builder, 1, square(builder, y)))),
  Erf: rule((builder, gradient, x) => {
    const bell = exponential(builder, negate(builder, square(builder, x)));
    return multiply(builder, gradient, multiply(builder, bell, 2 / Math.sqrt(Math.PI)));
  }),
  Sin: rule((builder, gradient, x) => multiply(builder, gradient, cosine(builder, x))),
  Cos: rule((builder, gradient, x) => negate(builder, multiply(builder, gradient, sine(builder, x)))),
  Softplus: rule((builder, gradient, x) => multiply(builder, gradient, sigmoid(builder, x))),
  Relu: relu,
  QuickGelu: quickGelu,
  Gelu: gelu,
};
