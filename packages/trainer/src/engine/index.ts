// The training engine: gradients, losses, optimisers, and all of it as one graph.
// Knows nothing about executors, files or data.
export * from "./autodiff/index.js";
export * from "./initialize.js";
export * from "./losses.js";
export * from "./optimizers/index.js";
export {
  buildTrainingGraph,
  initialState,
  stepFeeds,
  type TrainingDefinition,
  type TrainingGraph,
  type TrainingOptions,
} from "./training-graph.js";
