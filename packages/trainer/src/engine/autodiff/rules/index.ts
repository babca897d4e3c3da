// Which operators have a gradient, and which stop it.
// Knows nothing about the order in which nodes are visited.
import type { GradientRule } from "../rule.js";
import { ARITHMETIC_RULES } from "./arithmetic.js";
import { FUNCTION_RULES } from "./functions.js";
import { MOVEMENT_RULES } from "./movement.js";
import { NORMALIZATION_RULES } from "./normalization.js";
import { PRODUCT_RULES } from "./products.js";
import { REDUCTION_RULES } from "./reductions.js";

const RULES: Readonly<Record<string, GradientRule>> = {
  ...ARITHMETIC_RULES,
  ...FUNCTION_RULES,
  ...REDUCTION_RULES,
  ...NORMALIZATION_RULES,
  ...PRODUCT_RULES,
  ...MOVEMENT_RULES,
};

/** Piecewise constant, or not a function of floating numbers. */
const STOPPING: ReadonlySet<string> = new Set([
  "Equal",
  "Less",
  "LessOrEqual",
  "Greater",
  "GreaterOrEqual",
  "And",
  "Or",
  "Not",
  "Floor",
  "Round",
  "Sign",
  "Mod",
  "ArgMax",
  "ArgMin",
  "OneHot",
  "Shape",
  "ConstantOfShape",
]);

/** The rule of an operator, "stops" where its gradient is zero everywhere, undefined where there is none yet. */
export function gradientRule(operator: string): GradientRule | "stops" | undefined {
  if (STOPPING.has(operator)) return "stops";
  return Object.hasOwn(RULES, operator) ? RULES[operator] : undefined;
}

/** Names of the operators with a rule, sorted. */
export function differentiableOperators(): readonly string[] {
  return Object.keys(RULES).sort();
}
