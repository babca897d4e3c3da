// A clip out of a video file: frames chosen evenly from first to last.
// Knows nothing about models.
import { CoreInputError } from "../errors.js";
import { sampleFrames } from "../processors/sample-frames.js";
import { type VideoLengthInfo, measureVideo, readFrames } from "../video/read-video.js";
import { type Clip, framesPerPatch } from "./clip.js";

export interface ReadClipOptions {
  /** Frames to take; 32, or all when the video has fewer, when absent. */
  readonly frames?: number;
  /** Frames to take in place of 32 when none are asked for. */
  readonly usual?: number;
}

/** What the paper's evaluation takes of each video. */
const defaultFrames = 32;

/** Reads a clip. @throws CoreInputError when the file is no video, or has fewer frames than asked for */
export async function readClip(path: string, { frames, usual = defaultFrames }: ReadClipOptions = {}): Promise<Clip> {
  const length = await measureVideo(path);
  if (frames !== undefined && frames > length.totalFrames)
    throw new CoreInputError(`video ${path}: expected at least ${frames} frames, found ${length.totalFrames}`);
  const clip = await readEvenly(path, length, frames ?? Math.min(usual, length.totalFrames));
  if (clip.frames.length === 0) throw new CoreInputError(`video ${path}: expected frames, found none that decode`);
  return clip;
}

/** Whole files give what was asked for; of files damaged at the end what can be decoded is used. */
async function readEvenly(path: string, length: VideoLengthInfo, count: number): Promise<Clip> {
  const { indices, secondsPerGrid } = sampleFrames(length, { mode: "count", count }, framesPerPatch);
  return { frames: await readFrames(path, indices), secondsPerGrid, file: path };
}
