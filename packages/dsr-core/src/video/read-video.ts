// Decodes a video file into RGB frames, one at a time.
// Knows nothing about what they show.
import { CoreInputError, messageOf } from "../errors.js";
import type { Input, InputVideoTrack, VideoSample } from "mediabunny";
import { type RgbImage, i420ToRgb } from "./color.js";
import { type VideoLibrary, loadVideoLibrary } from "./video-library.js";

/** A decoded frame; `timestamp` in seconds. */
export interface VideoFrameImage extends RgbImage {
  readonly timestamp: number;
}

/** What a file says of its video track, found without decoding it. */
export interface VideoFacts {
  /** Coded frames in the file. */
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** Mean frames a second; 0 of a single frame. */
  readonly frameRate: number;
}

/**
 * Counts the frames of a file (by path) or of its bytes.
 * @throws CoreInputError when there is no video that can be decoded
 */
export async function probeVideo(video: string | Uint8Array): Promise<VideoFacts> {
  return withTrack(video, async (track) => {
    const { packetCount, averagePacketRate } = await track.computePacketStats();
    const [width, height] = [await track.getCodedWidth(), await track.getCodedHeight()];
    return { frames: packetCount, width, height, frameRate: packetCount > 1 ? averagePacketRate : 0 };
  });
}

/**
 * Decodes a file (by path) or its bytes, frame by frame; stop iterating at any time.
 * @throws CoreInputError when there is no video that can be decoded
 */
export async function* readVideo(video: string | Uint8Array): AsyncGenerator<VideoFrameImage> {
  const library = await loadVideoLibrary();
  const { input, name } = openInput(library, video);
  try {
    const sink = new library.VideoSampleSink(await videoTrackOf(input, name));
    for await (const sample of sink.samples()) {
      try {
        yield await imageOf(sample, name);
      } finally {
        sample.close();
      }
    }
  } finally {
    input.dispose();
  }
}

async function withTrack<T>(video: string | Uint8Array, use: (track: InputVideoTrack) => Promise<T>): Promise<T> {
  const { input, name } = openInput(await loadVideoLibrary(), video);
  try {
    return await use(await videoTrackOf(input, name));
  } finally {
    input.dispose();
  }
}

function openInput(
  library: VideoLibrary,
  video: string | Uint8Array,
): { readonly input: Input; readonly name: string } {
  const source = typeof video === "string" ? new library.FilePathSource(video) : new library.BufferSource(video);
  const input = new library.Input({ source, formats: library.ALL_FORMATS });
  return { input, name: typeof video === "string" ? video : `${video.byteLength} bytes` };
}

async function imageOf(sample: VideoSample, name: string): Promise<VideoFrameImage> {
  if (sample.format !== "I420") {
    throw new CoreInputError(`video ${name}: expected 8-bit 4:2:0 pictures (I420), found ${sample.format ?? "others"}`);
  }
  const planes = new Uint8Array(sample.allocationSize());
  await sample.copyTo(planes);
  return { ...i420ToRgb(planes, sample.codedWidth, sample.codedHeight), timestamp: sample.timestamp };
}

async function videoTrackOf(input: Input, name: string): Promise<InputVideoTrack> {
  try {
    const track = await input.getPrimaryVideoTrack();
    if (track !== null && (await track.canDecode())) return track;
  } catch (error) {
    throw new CoreInputError(`video ${name}: expected a file that can be decoded, found: ${messageOf(error)}`, {
      cause: error,
    });
  }
  throw new CoreInputError(`video ${name}: expected a video track that can be decoded, found none`);
}
