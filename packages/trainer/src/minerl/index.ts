// Human demonstrations as training data: readers of MineRL's and VPT's layouts, mapping to MineDojo's actions,
// statistics, windows for behaviour cloning, export for fine-tuning.
export {
  type Demonstration,
  type DemonstrationLayout,
  type DemonstrationStep,
  demonstrationSteps,
  type RecordedAction,
  type SkippedDemonstration,
} from "./demonstration.js";
export {
  type DemonstrationReference,
  findDemonstrations,
  openDemonstration,
  type OpenOptions,
} from "./layouts/open-demonstration.js";
export { openMinerlV04 } from "./layouts/minerl-v04.js";
export { openVpt } from "./layouts/vpt.js";
export { resizeLinear } from "./pictures/resize-linear.js";
export { interleaveEpisodes, type StreamOptions } from "./streaming/interleave.js";
export { type StreamedStep, streamDemonstrations } from "./streaming/stream-demonstrations.js";
