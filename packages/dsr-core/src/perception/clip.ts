// A clip: the pictures an answerer looks at, with their times.
// Knows nothing about files, models or questions.
import { CoreInputError } from "../errors.js";
import type { VideoFrameImage } from "../video/read-video.js";

/** Frames of one size, oldest first. The pictures must not be changed afterwards: answerers remember what they saw. */
export interface Clip {
  /** `timestamp` in seconds, never decreasing. */
  readonly frames: readonly VideoFrameImage[];
  /** Seconds between two temporal patches (pairs of frames); from the mean distance of the timestamps when absent. */
  readonly secondsPerGrid?: number;
  /** The video file the frames come from, for servers that take whole videos. */
  readonly file?: string;
}

/** Frames that make up one temporal patch. */
export const framesPerPatch = 2;

/** Checks a clip. @throws CoreInputError when it is empty, its frames differ in size or its times run backwards */
export function checkClip({ frames, secondsPerGrid }: Clip): void {
  const [first] = frames;
  if (first === undefined) throw new CoreInputError("clip: expected at least one frame, found none");
  for (const [index, frame] of frames.entries()) checkFrame(frame, index, frames[index - 1] ?? first);
  if (secondsPerGrid !== undefined && !(secondsPerGrid > 0 && Number.isFinite(secondsPerGrid)))
    throw new CoreInputError(`clip: expected secondsPerGrid above 0, found ${secondsPerGrid}`);
}

function checkFrame(frame: VideoFrameImage, index: number, previous: VideoFrameImage): void {
  const { width, height, data, timestamp } = frame;
  if (width !== previous.width || height !== previous.height) {
    const expected = `${previous.width}×${previous.height}`;
    throw new CoreInputError(`clip frame ${index}: expected ${expected} pixels as before, found ${width}×${height}`);
  }
  if (data.length !== width * height * 3)
    throw new CoreInputError(`clip frame ${index}: expected ${width * height * 3} bytes of RGB, found ${data.length}`);
  if (!Number.isFinite(timestamp) || timestamp < previous.timestamp)
    throw new CoreInputError(
      `clip frame ${index}: expected a time of at least ${previous.timestamp} s, found ${timestamp}`,
    );
}

/**
 * Seconds between two temporal patches: what the clip says, else two mean distances of its frames; one second for clips
 * without duration, which have one temporal patch only.
 */
export function secondsPerGridOf({ frames, secondsPerGrid }: Clip): number {
  if (secondsPerGrid !== undefined) return secondsPerGrid;
  const duration = (frames.at(-1)?.timestamp ?? 0) - (frames[0]?.timestamp ?? 0);
  return duration > 0 ? (framesPerPatch * duration) / (frames.length - 1) : 1;
}

/** The clip's frames in pairs; an odd last frame is paired with itself, as the reference does. */
export function framePairs({ frames }: Clip): readonly (readonly [VideoFrameImage, VideoFrameImage])[] {
  const pairs: [VideoFrameImage, VideoFrameImage][] = [];
  for (let index = 0; index < frames.length; index += framesPerPatch) {
    const frame = frames[index];
    if (frame !== undefined) pairs.push([frame, frames[index + 1] ?? frame]);
  }
  return pairs;
}
