// How long perception takes when a frame comes in, with and without what is known of the frames before it.
// Knows nothing about where the model comes from.
import { CoreInputError } from "../../errors.js";
import { percentile } from "../../runtime/statistics.js";
import { readVideo, type VideoFrameImage } from "../../video/read-video.js";
import type { Answer, AnswerTimings } from "../answerer.js";
import { framesPerPatch } from "../clip.js";
import type { LocalAnswerer } from "../local/local-answerer.js";
import { movingSquareVideo } from "./moving-square.js";

export interface MeasurePerceptionOptions {
  /** Open; it is left open. */
  readonly answerer: LocalAnswerer;
  /** Frames a clip holds; even. 16 when absent. */
  readonly window?: number;
  /** Windows to measure after a first few; 40 when absent. */
  readonly windows?: number;
  /** Height and width of the frames; 160 × 256 when absent. */
  readonly image?: readonly [number, number];
}

/** Milliseconds. `newFrame`: from a new pair of frames to the answer to one question about the window. */
export interface PerceptionSpeed {
  readonly newFrame: { readonly p50Ms: number; readonly p99Ms: number; readonly uncachedP50Ms: number };
  /** Medians of one window: decoding two frames of H.264, then what each part took. */
  readonly parts: {
    readonly decodeMs: number;
    readonly preprocessMs: number;
    readonly visionMs: number;
    readonly geometryMs: number;
    readonly gsmMs: number;
    readonly prefillMs: number;
  };
  readonly device: string;
  readonly model: string;
  readonly window: number;
  readonly image: readonly [number, number];
  readonly windows: number;
}

const question = { question: "Where does the square go?", options: ["left", "right", "up", "down"] };

/** Windows before measuring: the first runs allocate and compile. */
const warmUp = 4;

/** Measures. @throws CoreInputError for odd or impossible lengths */
export async function measurePerception(options: MeasurePerceptionOptions): Promise<PerceptionSpeed> {
  const { answerer, window = 16, windows = 40, image = [160, 256] } = options;
  if (!Number.isInteger(window) || window < 2 || window % framesPerPatch !== 0)
    throw new CoreInputError(`window: expected an even number of frames, found ${window}`);
  const { frames, decodeMs } = await decodeFrames(window + framesPerPatch * (windows + warmUp), image);
  const cached = (await answerWindows(answerer, frames, window)).slice(warmUp);
  const uncached: number[] = [];
  for (let start = 0; uncached.length < Math.max(3, windows / 4); start += framesPerPatch) {
    answerer.forget();
    const { timings } = await answerer.answer({ clip: { frames: frames.slice(start, start + window) }, ...question });
    uncached.push(timings.totalMs);
  }
  const median = (part: keyof AnswerTimings): number => middle(cached.map(({ timings }) => timings[part] ?? 0));
  return {
    newFrame: {
      p50Ms: median("totalMs"),
      p99Ms: percentile(sorted(cached.map(({ timings }) => timings.totalMs)), 0.99),
      uncachedP50Ms: middle(uncached),
    },
    parts: {
      decodeMs: decodeMs * framesPerPatch,
      preprocessMs: median("preprocessMs"),
      visionMs: median("visionMs"),
      geometryMs: median("geometryMs"),
      gsmMs: median("gsmMs"),
      prefillMs: median("prefillMs"),
    },
    ...{ device: answerer.device.device, model: answerer.description, window, image, windows },
  };
}

/** Answers each window that ends with another pair. */
async function answerWindows(
  answerer: LocalAnswerer,
  frames: readonly VideoFrameImage[],
  window: number,
): Promise<readonly Answer[]> {
  answerer.forget();
  const answers: Answer[] = [];
  for (let end = window; end <= frames.length; end += framesPerPatch)
    answers.push(await answerer.answer({ clip: { frames: frames.slice(end - window, end) }, ...question }));
  return answers;
}

/** Frames of a video in memory, and the milliseconds that decoding one took. */
async function decodeFrames(count: number, image: readonly [number, number]) {
  const video = await movingSquareVideo(count, image);
  const frames: VideoFrameImage[] = [];
  let start = performance.now();
  const times: number[] = [];
  for await (const frame of readVideo(video)) {
    frames.push(frame);
    times.push(performance.now() - start);
    start = performance.now();
  }
  return { frames, decodeMs: middle(times) };
}

function sorted(values: readonly number[]): readonly number[] {
  return [...values].sort((a, b) => a - b);
}

function middle(values: readonly number[]): number {
  return percentile(sorted(values), 0.5);
}
