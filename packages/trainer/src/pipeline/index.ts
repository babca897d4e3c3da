// The data pipeline: clips with 4D clues, questions about them, and data folders in the official formats.
export { buildData, type BuildDataOptions, type BuildDataResult } from "./build/build-data.js";
export { chooseItems, type OptionRule, optionRules } from "./build/choose-items.js";
export { type ClipRecord, DataFolder } from "./build/data-folder.js";
export { itemFiles } from "./build/write-items.js";
export { type Clip, type ClueSource, isSkipped, type SkippedClip } from "./clue-source.js";
export { type DataStatistics, dataStatistics, readItems } from "./data-statistics.js";
export * from "./curate/index.js";
export * from "./export/index.js";
export * from "./extract/index.js";
export {
  defaultFreeFormOptions,
  drawFreeFormPlans,
  freeFormGenerator,
  type FreeFormGeneratorOptions,
} from "./generate/free-form-generator.js";
export * from "./language/index.js";
export * from "./review/index.js";
export * from "./stages/index.js";
export { plotStatistics } from "./statistics-plot.js";
export { writeWholeContent } from "../files/whole-files.js";
export type { Generated, Generator } from "./generate/generator.js";
export { templateGenerator, type TemplateGeneratorOptions } from "./generate/template-generator.js";
export { facing } from "./sources/voxel/exact-clues.js";
export { defaultVoxelSourceOptions, openVoxelSource, type VoxelSourceOptions } from "./sources/voxel/voxel-source.js";
