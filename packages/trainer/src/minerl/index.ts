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
export type { EpisodeVideo, FrameDecoder } from "./layouts/episode-video.js";
export { DecoderPool } from "./streaming/decoder-pool.js";
export { interleaveEpisodes, type StreamOptions } from "./streaming/interleave.js";
export { type StreamedStep, streamDemonstrations } from "./streaming/stream-demonstrations.js";
export { type AlignmentCheck, checkAlignment } from "./contact-sheet.js";
export {
  type ActionHistogram,
  actionHistogram,
  classWeights,
  type ClassWeightOptions,
} from "./preparation/class-weights.js";
export {
  type CameraRule,
  cameraRules,
  cameraTurns,
  muLawTurns,
  quantizeTurns,
  type Turn,
} from "./preparation/camera-turns.js";
export {
  isMinedojoNoop,
  type NullRule,
  nullRules,
  type PreparationOptions,
  type PreparedAction,
  prepareActions,
} from "./preparation/prepare-actions.js";
export {
  cameraEdges,
  demonstrationStatistics,
  type CameraDistribution,
  type DemonstrationStatistics,
} from "./statistics/demonstration-statistics.js";
export { type DecisionFigures } from "./statistics/decisions.js";
export { demonstrationWindows, type DemonstrationWindow, type WindowOptions, windowsOf } from "./windows.js";
export { type InspectedEpisode, type Inspection, inspectDemonstrations, type InspectOptions } from "./inspect.js";
export { formatAction, formatActions, parseActions } from "./export/action-tokens.js";
export { actionPrompt, type ActionConversation } from "./export/conversations.js";
export { exportConversations, type ExportOptions, type ExportResult } from "./export/export-conversations.js";
export { writeWholeContent as writeWhole } from "../files/whole-files.js";
