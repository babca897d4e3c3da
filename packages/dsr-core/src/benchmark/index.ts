// DSR-Bench: reads it in any of its formats, asks an answerer, scores by type beside blind and prior baselines.
export {
  AnswerRecords,
  type AnswerRecord,
  answerRecordSchema,
  type BenchmarkSettings,
  hashQuestions,
} from "./answer-records.js";
export { type PaperRow, paperRows, paperScore } from "./paper-rows.js";
export { readBenchmark, videosBeside } from "./read-benchmark.js";
export { type BenchmarkReport, benchmarkReport, formatBenchmarkTable } from "./report.js";
export { blindClip, type BenchmarkRun, runBenchmark, type RunBenchmarkOptions } from "./run-benchmark.js";
