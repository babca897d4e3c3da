// Curation: which videos are fit for questions about motion, and what is in them.
export { type CatalogueItem, readCatalogue } from "./catalogue.js";
export {
  type CuratedVideo,
  curatedVideoSchema,
  curateVideo,
  type CurateOptions,
  defaultCurateOptions,
  type Dropped,
  plannedPrompts,
} from "./curate-video.js";
export { classesPrompt, motionPrompt, type ObjectClasses, sceneCategories, videoPrompt } from "./prompts.js";
export { readClasses, readMotion, readVideoReply, splitClasses } from "./replies.js";
export { formatAgentObjects, formatDynamicVideos } from "./released-files.js";
