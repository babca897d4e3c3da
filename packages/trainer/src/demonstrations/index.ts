// Demonstrations: episodes of a player with the actions that were right at each step.
export * from "./action-noise.js";
export * from "./demonstration-store.js";
export * from "./import-demonstrations.js";
export * from "./joined-demonstrations.js";
export * from "./record-demonstrations.js";
