// The package's root: every part is also an entry point of its own (./graph, ./model, ./runtime, ./safetensors).
export * from "./errors.js";
export * from "./graph/index.js";
export * from "./model/index.js";
