// The official files of DSR-Train and DSR-Bench as texts and rows.
export { type BenchRow, benchRow, formatBenchTsv, itemOfRow, parseBenchTsv } from "./bench-rows.js";
export { formatBenchParquet, parseBenchParquet } from "./parquet.js";
export { formatPipelineJson, parsePipelineJson } from "./pipeline-json.js";
export {
  formatTrainingJson,
  guessType,
  parseTrainingJson,
  type TrainingExample,
  trainingExample,
} from "./training-json.js";
