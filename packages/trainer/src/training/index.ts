// Training in a folder: the loop, its record and its checkpoints.
export { lossPlot } from "./loss-plot.js";
export { type Metric, readMetrics } from "./metrics.js";
export { type StepReport, progressLine } from "./progress.js";
export { type RunFolder, runFolder } from "./run-folder.js";
export type { BatchSource, TrainingTask } from "./task.js";
export { type TrainRecipeOptions, trainRecipe } from "./train-recipe.js";
export { type TrainOptions, type TrainResult, train } from "./train.js";
