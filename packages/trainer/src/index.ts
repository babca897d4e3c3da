// The package's root: every part is also an entry point of its own.
export * from "./checkpoints/index.js";
export * from "./engine/index.js";
export * from "./executors/index.js";
export * from "./perf/index.js";
export * from "./pipeline/index.js";
export * from "./recipes/index.js";
export { type ShowGraphOptions, showGraph } from "./recipes/show-graph.js";
export * from "./training/index.js";
