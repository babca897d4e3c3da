// Measuring: the machine's peak, the operations of a graph, the speed of training.
export { countFlops } from "./count-flops.js";
export { type PeakOptions, measurePeak } from "./measure-peak.js";
export {
  type MeasureTrainingOptions,
  type TrainingSpeed,
  type TrainingSpeedReport,
  measureTraining,
} from "./measure-training.js";
