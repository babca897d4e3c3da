// Geometry extraction: vision models behind small interfaces, and what is made of what they see.
export * from "./perceivers.js";
export { defaultExtractOptions, extractClues, type ExtractOptions, type SampledVideo } from "./extract-clues.js";
export { closePerceivers, openPerceivers, type OpenPerceiversOptions, perceiverFiles } from "./open-perceivers.js";
export { pi3Reconstructor, pi3Size } from "./pi3/pi3-reconstructor.js";
export { detectorSize, groundingDino, type GroundingDinoOptions } from "./grounding-dino/grounding-dino.js";
export { sam2ImageTracker, type Sam2ImageSessions } from "./sam2/image-tracker.js";
export { sam2VideoTracker, type Sam2VideoSessions } from "./sam2/video-tracker.js";
export { orientAnything, readOrientation } from "./orient-anything/orient-anything.js";
export { resample, type ResampleFilter } from "./images/resample.js";
export { maskOfLogits } from "./images/upsample.js";
export { orientationInput } from "./orient-anything/orient-anything.js";
export { depthEdges } from "./pi3/kept-points.js";
