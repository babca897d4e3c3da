// Which frames of a video a model looks at, and how much time lies between them.
// Knows nothing about pixels or files.
import { CoreInputError } from "../errors.js";
import { roundHalfToEven } from "./rounding.js";

/** Number of frames and frames per second of a whole video. */
export interface VideoLength {
  readonly totalFrames: number;
  readonly fps: number;
}

/** `count`: so many frames, evenly from first to last. `fps`: so many a second, within limits (Qwen's defaults 4 and 768). */
export type FrameSampling =
  | { readonly mode: "count"; readonly count: number }
  | { readonly mode: "fps"; readonly fps: number; readonly minFrames?: number; readonly maxFrames?: number };

/** The chosen frames: `indices` into the video, `timestamps` in seconds, and the rates that follow. */
export interface SampledFrames {
  readonly indices: readonly number[];
  readonly timestamps: readonly number[];
  /** Chosen frames per second of video. */
  readonly sampledFps: number;
  /** Seconds of one temporal patch: what M-RoPE calls second_per_grid. */
  readonly secondsPerGrid: number;
}

/**
 * Chooses frames at round(linspace(0, n − 1, count)). Source: the released geometry extraction (`count`) and
 * qwen-vl-utils' `smart_nframes` (`fps`), except that a video of one frame is taken as it is.
 * Indices repeat when more frames are asked for than there are.
 * @throws CoreInputError for an empty video or a rate that is not positive
 */
export function sampleFrames(video: VideoLength, sampling: FrameSampling, temporalPatch = 2): SampledFrames {
  const { totalFrames, fps } = video;
  if (!Number.isInteger(totalFrames) || totalFrames < 1)
    throw new CoreInputError(`video: expected at least 1 frame, found ${totalFrames}`);
  if (!(fps > 0 && Number.isFinite(fps)))
    throw new CoreInputError(`video: expected a positive frame rate, found ${fps}`);
  const count = sampling.mode === "count" ? checkCount(sampling.count) : countAtRate(video, sampling, temporalPatch);
  const indices = evenlySpaced(totalFrames, count);
  const sampledFps = (count / totalFrames) * fps;
  return {
    indices,
    timestamps: indices.map((index) => index / fps),
    sampledFps,
    secondsPerGrid: temporalPatch / sampledFps,
  };
}

/** `count` whole numbers from 0 to `total` − 1, NumPy's round(linspace(0, total − 1, count)). */
export function evenlySpaced(total: number, count: number): readonly number[] {
  if (count === 1) return [0];
  const step = (total - 1) / (count - 1);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? total - 1 : roundHalfToEven(i * step)));
}

function checkCount(count: number): number {
  if (!Number.isInteger(count) || count < 1)
    throw new CoreInputError(`frame sampling: expected a count of at least 1, found ${count}`);
  return count;
}

type RateSampling = Extract<FrameSampling, { mode: "fps" }>;

/** A multiple of the temporal patch, unless the video has fewer frames than one patch. */
function countAtRate({ totalFrames, fps }: VideoLength, sampling: RateSampling, patch: number): number {
  if (!(sampling.fps > 0 && Number.isFinite(sampling.fps)))
    throw new CoreInputError(`frame sampling: expected a positive rate, found ${sampling.fps}`);
  const fewest = Math.ceil((sampling.minFrames ?? 4) / patch) * patch;
  const most = Math.floor((sampling.maxFrames ?? Math.min(768, totalFrames)) / patch) * patch;
  const wanted = (totalFrames / fps) * sampling.fps;
  const count = Math.min(Math.max(wanted, fewest), most, totalFrames);
  return Math.max(Math.floor(count / patch) * patch, Math.min(totalFrames, patch));
}
