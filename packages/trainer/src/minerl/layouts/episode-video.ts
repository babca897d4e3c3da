// The video of an episode: which of its frames belong to actions, and those frames one by one.
// Knows nothing about actions.
import { CoreInputError } from "@dsr/dsr-core/errors";
import { type RgbImage, type VideoLengthInfo, measureVideo, readVideo } from "@dsr/dsr-core/video";
import { drawCursor } from "../pictures/cursor.js";
import { resizeLinear } from "../pictures/resize-linear.js";

/** Which frames are taken, and what is done to them. Plain data, so that it can be sent to another process. */
export interface EpisodeVideo {
  readonly path: string;
  /** Frames of before the episode. */
  readonly skip: number;
  /** Frames that answer to actions. */
  readonly length: number;
  /** Where a cursor's tip is drawn, pixels of the stored size, by the frame's place among the taken ones. */
  readonly cursors?: ReadonlyMap<number, readonly [x: number, y: number]> | undefined;
  /** Height and width to deliver; the stored size unless given. */
  readonly imageSize?: readonly [height: number, width: number] | undefined;
}

/** Decodes the taken frames, here or elsewhere. */
export type FrameDecoder = (video: EpisodeVideo) => AsyncGenerator<RgbImage>;

/**
 * Counts frames without decoding and refuses a video whose count says that frames and actions cannot be aligned.
 * @throws CoreInputError
 */
export async function checkedVideo(path: string, expected: number, what: string): Promise<VideoLengthInfo> {
  const facts = await measureVideo(path);
  if (facts.totalFrames !== expected) {
    throw new CoreInputError(`${path}: expected ${expected} frames (${what}), found ${facts.totalFrames}`);
  }
  return facts;
}

/** The taken frames in order. @throws CoreInputError when the video breaks off or cannot be decoded */
export async function* episodeFrames(video: EpisodeVideo): AsyncGenerator<RgbImage> {
  let position = -video.skip;
  if (video.length === 0) return;
  for await (const frame of readVideo(video.path)) {
    const index = position++;
    if (index < 0) continue;
    const cursor = video.cursors?.get(index);
    if (cursor !== undefined) drawCursor(frame, cursor[0], cursor[1]);
    yield video.imageSize === undefined ? frame : resizeLinear(frame, video.imageSize);
    if (position === video.length) return;
  }
  throw new CoreInputError(`${video.path}: expected ${video.length} decodable frames, found ${Math.max(position, 0)}`);
}
