// Building blocks of models, composed of operators.
// Knows nothing about whole models.
export * from "./attention.js";
export * from "./linear.js";
export * from "./mlp.js";
export * from "./normalization.js";
export * from "./patches.js";
export * from "./resampling.js";
export * from "./rotary.js";
