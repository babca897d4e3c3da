// The graph: data, builder, operators, layers, ONNX files and dumps.
// Knows nothing about training or running.
export * from "./graph.js";
export * from "./data.js";
export * from "./dimension.js";
export * from "./shape.js";
export * from "./parameter.js";
export * from "./builder.js";
export * from "./prune.js";
export * from "./operators/index.js";
export { knownOperators } from "./infer/index.js";
export * from "./dump.js";
export * from "./live-memory.js";
export * from "./product-flops.js";
export * from "./onnx/index.js";
export * from "./layers/index.js";
export * from "./passes/index.js";
