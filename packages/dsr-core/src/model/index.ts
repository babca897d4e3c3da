// Model definitions.
// Knows nothing about training.
export * from "./transformer-language-model.js";
export * from "./vision-language/index.js";
