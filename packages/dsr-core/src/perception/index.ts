// Perception: clips and questions in, answers out; streams of frames in, percepts out.
export * from "./answerer.js";
export * from "./clip.js";
export { type ReadClipOptions, readClip } from "./read-clip.js";
export { FeatureCache, type FeatureCacheStatistics, type FramePair, type PairEncoder } from "./feature-cache.js";
export { LocalAnswerer, type LocalAnswererOptions } from "./local/local-answerer.js";
export * from "./acting/actor.js";
export { LocalActor } from "./acting/local-actor.js";
export { readActionConfig } from "./acting/read-action-config.js";
export { type OpenLocalOptions, openLocalActor, openLocalAnswerer } from "./local/open-local-answerer.js";
export type { OpenModel, PartSessions } from "./local/open-model.js";
export { OpenAiAnswerer, type OpenAiAnswererOptions } from "./open-ai-answerer.js";
export type { ClipPartOptions } from "./open-ai/clip-parts.js";
export { type RetryOptions, type RetryRuntime, defaultRetry } from "./open-ai/retry.js";
export type { ServerUsage, TokenPrices } from "./open-ai/usage.js";
export { type Percept, type PerceiveOptions, type StandingQuestion, perceive } from "./perceive.js";
export type { WindowSpan } from "./paired-window.js";
export { type AttentionMapOptions, attentionHeat, drawAttention, heatOver } from "./attention-map.js";
export { questionText } from "./question-text.js";
export { type MeasurePerceptionOptions, type PerceptionSpeed, measurePerception } from "./perf/measure-perception.js";
export {
  type GroundedQuestion,
  type GroundingFrame,
  groundQuestion,
  groundingPads,
  shareOfPicture,
  temporalPatchAt,
} from "./grounding/ground-question.js";
export { type PromptLayout, layOutPrompt } from "./local/prompt-layout.js";
export type { PromptRequest } from "./local/prompt-request.js";
export {
  type ComparePrecisionsOptions,
  type PrecisionComparison,
  comparePrecisions,
} from "./compare/compare-precisions.js";
