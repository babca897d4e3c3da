// The stages from a folder of videos to the official files.
export { curateStage, type StageRunOptions } from "./curate-stage.js";
export { type ClueSampling, extractStage, type ExtractStageOptions, samplePlaces } from "./extract-stage.js";
export { generateStage, type GenerateStageOptions, readClues } from "./generate-stage.js";
export { type Outcome, runStage } from "./run-stage.js";
export { type FileWriter, StageFolder, type StageName, stageNames, type StageRecord } from "./stage-folder.js";
export { readItemIds } from "./video-items.js";
export { type VideoState, videoStates, writeStates } from "./video-states.js";
export { chosenItems, writeStage, type WriteStageOptions, type WriteStageResult } from "./write-stage.js";
