// Decodes a video file into RGB frames: all of them one at a time, or chosen ones.
// Knows nothing about what they show.
import { CoreInputError, messageOf } from "../errors.js";
import type { InputVideoTrack, VideoSample } from "mediabunny";
import { type RgbImage, i420ToRgb } from "./color.js";
import { loadVideoLibrary } from "./video-library.js";

/** A decoded frame; `timestamp` in seconds. */
export interface VideoFrameImage extends RgbImage {
  readonly timestamp: number;
}

/** What a video's container says about it, before anything is decoded. */
export interface VideoLengthInfo {
  /** Frames in all. */
  readonly totalFrames: number;
  /** Frames a second, the mean over the video. */
  readonly fps: number;
  /** Coded size, pixels. */
  readonly width: number;
  readonly height: number;
}

/** A file by its path, or its bytes. */
export type VideoSourceData = string | Uint8Array;

/**
 * Decodes a file (by path) or its bytes, frame by frame; stop iterating at any time.
 * @throws CoreInputError when there is no video that can be decoded
 */
export async function* readVideo(video: VideoSourceData): AsyncGenerator<VideoFrameImage> {
  for await (const [, image] of decode(video, () => true)) yield image;
}

/**
 * Decodes the frames at the given places, in rising order; a place may repeat and then gives the same object. The others
 * are decoded too, as later ones depend on them, but not converted. Frames missing at the end of a damaged file are left
 * out. @throws CoreInputError when there is no video that can be decoded
 */
export async function readFrames(
  video: VideoSourceData,
  places: readonly number[],
): Promise<readonly VideoFrameImage[]> {
  const wanted = new Set(places);
  const last = Math.max(...places);
  const found = new Map<number, VideoFrameImage>();
  for await (const [place, image] of decode(video, (index) => wanted.has(index))) {
    found.set(place, image);
    if (place === last) break;
  }
  return places.flatMap((place) => found.get(place) ?? []);
}

/** Number of frames, their rate and size. @throws CoreInputError when there is no video that can be decoded */
export async function measureVideo(video: VideoSourceData): Promise<VideoLengthInfo> {
  const measured = withTrack(video, async function* measure(track): AsyncGenerator<VideoLengthInfo> {
    const { packetCount, averagePacketRate } = await track.computePacketStats();
    const [width, height] = [await track.getCodedWidth(), await track.getCodedHeight()];
    yield { totalFrames: packetCount, fps: averagePacketRate, width, height };
  });
  // the loop ends the reader, which closes the file
  for await (const info of measured) return info;
  throw new CoreInputError("video: expected a track to measure, found none");
}

/** Frames with their places; those not wanted are skipped before conversion. */
function decode(
  video: VideoSourceData,
  wanted: (place: number) => boolean,
): AsyncGenerator<readonly [number, VideoFrameImage]> {
  return withTrack(video, async function* decoded(track, name) {
    const library = await loadVideoLibrary();
    let place = -1;
    for await (const sample of new library.VideoSampleSink(track).samples()) {
      place += 1;
      try {
        if (wanted(place)) yield [place, await imageOf(sample, name)] as const;
      } finally {
        sample.close();
      }
    }
  });
}

type TrackReader<T> = (track: InputVideoTrack, name: string) => AsyncGenerator<T>;

/** Opens the video for as long as somebody reads; what goes wrong inside is told with the video's name. */
async function* withTrack<T>(video: VideoSourceData, read: TrackReader<T>): AsyncGenerator<T> {
  const library = await loadVideoLibrary();
  const source = typeof video === "string" ? new library.FilePathSource(video) : new library.BufferSource(video);
  const input = new library.Input({ source, formats: library.ALL_FORMATS });
  const name = typeof video === "string" ? video : `${video.byteLength} bytes`;
  try {
    const track = await input.getPrimaryVideoTrack();
    if (track === null || !(await track.canDecode()))
      throw new CoreInputError(`video ${name}: expected a video track that can be decoded, found none`);
    yield* read(track, name);
  } catch (error) {
    if (error instanceof CoreInputError) throw error;
    throw new CoreInputError(`video ${name}: expected a file that can be decoded, found: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    input.dispose();
  }
}

async function imageOf(sample: VideoSample, name: string): Promise<VideoFrameImage> {
  if (sample.format !== "I420") {
    throw new CoreInputError(`video ${name}: expected 8-bit 4:2:0 pictures (I420), found ${sample.format ?? "others"}`);
  }
  const planes = new Uint8Array(sample.allocationSize());
  await sample.copyTo(planes);
  return { ...i420ToRgb(planes, sample.codedWidth, sample.codedHeight), timestamp: sample.timestamp };
}
