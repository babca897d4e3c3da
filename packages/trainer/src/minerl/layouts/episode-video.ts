// The video of an episode: which of its frames belong to actions, and those frames one by one.
// Knows nothing about actions.
import { CoreInputError, messageOf } from "@dsr/dsr-core/errors";
import { type RgbImage, type VideoFacts, probeVideo, readVideo } from "@dsr/dsr-core/video";
import { resizeLinear } from "../pictures/resize-linear.js";

/** Which frames are taken, and what is done to them. */
export interface EpisodeVideo {
  readonly path: string;
  /** Frames of before the episode. */
  readonly skip: number;
  /** Frames that answer to actions. */
  readonly length: number;
  /** Draws into a frame of stored size, such as a cursor. */
  readonly draw?: ((frame: RgbImage, index: number) => void) | undefined;
  /** Height and width to deliver; the stored size unless given. */
  readonly imageSize?: readonly [height: number, width: number] | undefined;
}

/**
 * Counts frames without decoding and refuses a video whose count says that frames and actions cannot be aligned.
 * @throws CoreInputError
 */
export async function checkedVideo(path: string, expected: number, what: string): Promise<VideoFacts> {
  const facts = await probeVideo(path);
  if (facts.frames !== expected) {
    throw new CoreInputError(`${path}: expected ${expected} frames (${what}), found ${facts.frames}`);
  }
  return facts;
}

/** The taken frames in order. @throws CoreInputError when the video breaks off or cannot be decoded */
export async function* episodeFrames(video: EpisodeVideo): AsyncGenerator<RgbImage> {
  let position = -video.skip;
  if (video.length === 0) return;
  for await (const frame of decoded(video.path)) {
    const index = position++;
    if (index < 0) continue;
    video.draw?.(frame, index);
    yield video.imageSize === undefined ? frame : resizeLinear(frame, video.imageSize);
    if (position === video.length) return;
  }
  throw new CoreInputError(`${video.path}: expected ${video.length} decodable frames, found ${Math.max(position, 0)}`);
}

/** Decoders fail with errors of their own; a person wants to know which file. */
async function* decoded(path: string): AsyncGenerator<RgbImage> {
  try {
    yield* readVideo(path);
  } catch (error) {
    if (error instanceof CoreInputError) throw error;
    throw new CoreInputError(`${path}: expected a video that can be decoded, found: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
