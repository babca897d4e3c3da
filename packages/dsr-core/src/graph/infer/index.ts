// Every operator this package knows, with its shape rule.
// Knows nothing about how nodes are built.
import { ELEMENTWISE_RULES } from "./elementwise.js";
import { MATMUL_RULES } from "./matmul.js";
import { MOVEMENT_RULES } from "./movement.js";
import { REDUCTION_RULES } from "./reduction.js";
import type { InferenceRule } from "./request.js";

export { RuleViolation, type InferenceRequest, type InferenceRule, type OutputType } from "./request.js";

const RULES: Readonly<Record<string, InferenceRule>> = {
  ...ELEMENTWISE_RULES,
  ...REDUCTION_RULES,
  ...MATMUL_RULES,
  ...MOVEMENT_RULES,
};

/** The shape rule of an operator, or undefined when it is not known. */
export function inferenceRule(operator: string): InferenceRule | undefined {
  return Object.hasOwn(RULES, operator) ? RULES[operator] : undefined;
}

/** Names of all known operators, sorted. */
export function knownOperators(): readonly string[] {
  return Object.keys(RULES).sort();
}
