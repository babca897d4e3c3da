// From rows of numbers to procedural answers.
export * from "./clauses.js";
export { describeChange, mergeEqual } from "./describe-change.js";
export { describeComparison } from "./describe-comparison.js";
export { allDirections, describeDirections, nameDirection } from "./describe-direction.js";
