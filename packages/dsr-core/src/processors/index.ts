// What goes into the model and what comes out, as numbers: frames, patches, positions, prompts, tokens, answers.
// Knows nothing about models or sessions.
export { type AnswerRule, parseAnswer } from "./answers.js";
export { byteAlphabet } from "./byte-alphabet.js";
export {
  type ChatPrompt,
  type PromptParts,
  type PromptSegment,
  buildPrompt,
  chatTokens,
  defaultSystemPrompt,
} from "./chat-template.js";
export {
  type MultipleChoice,
  type Option,
  evaluationQuestion,
  isLabelled,
  parseOptions,
  trainingQuestion,
} from "./options.js";
export {
  type Patches,
  type PatchGrid,
  type PatchSettings,
  mergedTokens,
  normalizationTable,
  patchifyFrames,
  patchifyTemporalPatch,
} from "./patchify.js";
export { type ImageResizer, createImageResizer, resizeImage } from "./resize-image.js";
export {
  type RopeOptions,
  type RopePositions,
  type VideoGrid,
  type VisionTokenIds,
  ropePositions,
} from "./rope-positions.js";
export { roundHalfToEven } from "./rounding.js";
export {
  type FrameSampling,
  type SampledFrames,
  type VideoLength,
  evenlySpaced,
  sampleFrames,
} from "./sample-frames.js";
export { type PictureSize, type ResizeLimits, smartResize } from "./smart-resize.js";
export { type TokenStream, createTokenStream } from "./token-stream.js";
export { type DecodeOptions, type TextTokenizer, createTokenizer, loadTokenizer } from "./tokenizer.js";
export {
  type VideoSettings,
  clipNormalization,
  createFrameResizer,
  frameSize,
  parseVideoSettings,
  processVideo,
  readVideoSettings,
} from "./video-processor.js";
