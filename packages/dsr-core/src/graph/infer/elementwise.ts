// Types of operators that work element by element, with broadcasting.
// Knows nothing about what the operators compute.
import type { DType, Value } from "../graph.js";
import { broadcastShapes, formatShape } from "../shape.js";
import { dtypeOfCode } from "../dtype-codes.js";
import {
  intAttribute,
  requiredInput,
  RuleViolation,
  sameType,
  type InferenceRequest,
  type InferenceRule,
} from "./request.js";

function present(request: InferenceRequest): readonly Value[] {
  return request.inputs.filter((input) => input !== undefined);
}

function broadcastAll(values: readonly Value[]) {
  return values.slice(1).reduce((shape, value) => {
    const joined = broadcastShapes(shape, value.shape);
    if (joined === undefined)
      throw new RuleViolation(
        "shapes that broadcast to one another",
        values.map((each) => formatShape(each.shape)).join(" and "),
      );
    return joined;
  }, values[0]?.shape ?? []);
}

const unary: InferenceRule = (request) => {
  const { dtype, shape } = requiredInput(request, 0);
  return [{ dtype, shape }];
};

const binary: InferenceRule = (request) => {
  const values = present(request);
  return [{ dtype: sameType(values), shape: broadcastAll(values) }];
};

const comparison: InferenceRule = (request) => {
  const values = [requiredInput(request, 0), requiredInput(request, 1)];
  sameType(values);
  return [{ dtype: "bool", shape: broadcastAll(values) }];
};

function checkType(value: Value, dtype: DType): void {
  if (value.dtype !== dtype) throw new RuleViolation(`${dtype} for '${value.name}'`, value.dtype);
}

const logical: InferenceRule = (request) => {
  const values = present(request);
  for (const value of values) checkType(value, "bool");
  return [{ dtype: "bool", shape: broadcastAll(values) }];
};

const where: InferenceRule = (request) => {
  const [condition, yes, no] = [requiredInput(request, 0), requiredInput(request, 1), requiredInput(request, 2)];
  checkType(condition, "bool");
  return [{ dtype: sameType([yes, no]), shape: broadcastAll([condition, yes, no]) }];
};

const cast: InferenceRule = (request) => {
  const code = intAttribute(request.attributes, "to", -1);
  const dtype = dtypeOfCode(code);
  if (dtype === undefined) throw new RuleViolation("a supported element type as attribute 'to'", `code ${code}`);
  return [{ dtype, shape: requiredInput(request, 0).shape }];
};

function rules(names: readonly string[], rule: InferenceRule): Record<string, InferenceRule> {
  return Object.fromEntries(names.map((name) => [name, rule]));
}

/** Rules by operator name. */
export const ELEMENTWISE_RULES: Readonly<Record<string, InferenceRule>> = {
  ...rules(["Neg", "Abs", "Exp", "Log", "Sqrt", "Reciprocal", "Sigmoid", "Tanh", "Relu", "Erf", "Sin", "Cos"], unary),
  ...rules(["Floor", "Round", "Sign", "Identity", "Gelu", "QuickGelu", "Clip", "Softplus"], unary),
  ...rules(["Add", "Sub", "Mul", "Div", "Pow", "Mod", "Min", "Max", "Sum"], binary),
  ...rules(["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"], comparison),
  ...rules(["And", "Or", "Not"], logical),
  Where: where,
  Cast: cast,
};
