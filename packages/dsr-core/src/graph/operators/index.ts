// Every operator as a function on a builder.
// Knows nothing beyond the list.
export * from "./elementwise.js";
export * from "./matmul.js";
export * from "./movement.js";
export * from "./reduction.js";
