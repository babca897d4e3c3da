// 4D clues: cameras, tracks and orientations of a clip, and the rigid transforms between its viewpoints.
export * from "./clues.js";
export { formatClues, parseClues } from "./clues-file.js";
export { type Box, decodeMask, encodeMask, measureMask, type RunLengths } from "./mask.js";
export { cameraToAgentRotation, type OrientationAngles } from "./orient-anything.js";
export * from "./transform.js";
export * from "./vector.js";
export * from "./viewpoint.js";
