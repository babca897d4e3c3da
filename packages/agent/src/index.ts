// The agent: loop, policies, metrics, recording, evaluation and report.
// Environments and policies are passed in.
export * from "./faults.js";
export * from "./policy/policy.js";
export * from "./policy/registry.js";
export * from "./policy/random-policy.js";
export * from "./policy/minedojo-spaces.js";
export { dsrPolicy, dsrPolicyOf } from "./policy/dsr/dsr-policy.js";
export { plannerPolicy, plannerPolicyOf } from "./policy/planner/planner-policy.js";
export * from "./loop/clock.js";
export * from "./loop/copy-value.js";
export * from "./loop/events.js";
export { type Frame, type FrameWindow, FrameRing } from "./loop/frame-window.js";
export { newestMap } from "./loop/newest-map.js";
export { type FrameSource, type RealtimeFrame, type RealtimeStream, type SourceFrame } from "./loop/frame-source.js";
export { lockstepSource, realtimeSource } from "./loop/frame-source.js";
export type { StopRule } from "./loop/episode-state.js";
export { type LoopOptions, agentLoop, stopAtSuccess } from "./loop/agent-loop.js";
export * from "./loop/run-episode.js";
export { quantile } from "./metrics/quantile.js";
export * from "./metrics/loop-metrics.js";
export type { RecordingOptions } from "./recording/episode-recording.js";
export { Recorder } from "./recording/recorder.js";
export { ClipRecorder, type ClipOptions } from "./recording/clip-recorder.js";
export * from "./perf/measure-agent.js";
export * from "./evaluation/statistics.js";
export * from "./evaluation/suites.js";
export { type EpisodeJob, episodeSeed } from "./evaluation/jobs.js";
export {
  type EvaluationConfiguration,
  type RunFile,
  configurationSchema,
  runFileSchema,
} from "./evaluation/configuration.js";
export { type EpisodeRecord, episodeRecordSchema } from "./evaluation/episode-records.js";
export * from "./evaluation/summary-schema.js";
export type { EvaluationProgress } from "./evaluation/progress.js";
export * from "./evaluation/evaluate.js";
export { type WorkerRegistries, runEvaluationWorker } from "./evaluation/worker.js";
export { type LoadedRun, loadRuns, readSummary } from "./report/load-run.js";
export { type ReportOptions, type WrittenReport, writeReport } from "./report/write-report.js";
export type { Varied } from "./report/varied-section.js";
