// Differentiation of graphs.
// Knows nothing beyond the list.
export { differentiate, type DifferentiateOptions, type GradientSeed } from "./differentiate.js";
export { recomputeEach, type RecomputeScope } from "./recompute.js";
export { differentiableOperators } from "./rules/index.js";
