// Checkpoints: safetensors and a manifest, written atomically, checked when read.
export { type Checkpoint, checkpointName } from "./checkpoint.js";
export { type FoundCheckpoint, latestCheckpoint, listCheckpoints } from "./find-checkpoint.js";
export { type ExpectedRun, loadCheckpoint, readManifest } from "./load-checkpoint.js";
export { type Json, type Manifest, checkpointFormat, firstDifference, manifestSchema } from "./manifest.js";
export { type SaveOptions, saveCheckpoint } from "./save-checkpoint.js";
export { type Storage, type StoredFile, nodeStorage } from "./storage.js";
