// A clip as parts of a chat message: pictures with their times, or one whole video.
// Knows nothing about servers and questions.
import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import type { ChatCompletionContentPart } from "openai/resources/chat/completions";
import { CoreInputError, messageOf } from "../../errors.js";
import { rgbToI420 } from "../../video/color.js";
import { Mp4Writer } from "../../video/mp4-writer.js";
import type { VideoFrameImage } from "../../video/read-video.js";
import { type Clip, framesPerPatch, secondsPerGridOf } from "../clip.js";

export interface ClipPartOptions {
  /** `frames`: JPEG pictures, which every vision server takes; `video`: a `video_url`, as vLLM's Qwen servers take. */
  readonly send: "frames" | "video";
  /** Longest edge of the pictures in pixels; larger ones are made smaller. */
  readonly maxEdge: number;
  /** JPEG quality, 1 to 100. */
  readonly jpegQuality: number;
  /** Whether a line of text before each picture says its time. */
  readonly timestamps: boolean;
  /** Bytes of a video file at most. */
  readonly maxVideoBytes: number;
}

/** A part that OpenAI's own types do not have. */
interface VideoPart {
  readonly type: "video_url";
  readonly video_url: { readonly url: string };
}

/** Kinds of video files by their extensions; what is not here is taken for MP4. */
const mediaTypes: Readonly<Record<string, string>> = {
  ".webm": "video/webm",
  ".mkv": "video/x-matroska",
  ".mov": "video/quicktime",
};

/** Makes the parts. @throws CoreInputError when the clip's video file cannot be read or is too large */
export async function clipParts(clip: Clip, options: ClipPartOptions): Promise<ChatCompletionContentPart[]> {
  if (options.send === "video") return [(await videoPart(clip, options)) as unknown as ChatCompletionContentPart];
  const parts = await Promise.all(clip.frames.map((frame) => frameParts(frame, options)));
  return parts.flat();
}

async function frameParts(frame: VideoFrameImage, options: ClipPartOptions): Promise<ChatCompletionContentPart[]> {
  const bytes = await jpegOf(frame, options);
  const picture = {
    type: "image_url" as const,
    image_url: { url: `data:image/jpeg;base64,${bytes.toString("base64")}` },
  };
  if (!options.timestamps) return [picture];
  return [{ type: "text", text: `Frame at ${frame.timestamp.toFixed(1)} s:` }, picture];
}

async function jpegOf({ width, height, data }: VideoFrameImage, options: ClipPartOptions): Promise<Buffer> {
  const { default: sharp } = await import("sharp");
  const { maxEdge, jpegQuality: quality } = options;
  return sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: maxEdge, height: maxEdge, fit: "inside", withoutEnlargement: true })
    .jpeg({ quality })
    .toBuffer();
}

async function videoPart(clip: Clip, { maxVideoBytes }: ClipPartOptions): Promise<VideoPart> {
  const bytes = clip.file === undefined ? await encodeClip(clip) : await readVideoFile(clip.file, maxVideoBytes);
  const kind = mediaTypes[extname(clip.file ?? "").toLowerCase()] ?? "video/mp4";
  return { type: "video_url", video_url: { url: `data:${kind};base64,${Buffer.from(bytes).toString("base64")}` } };
}

async function readVideoFile(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) throw new CoreInputError(`expected at most ${maxBytes} bytes to send, found ${size}`);
    return await readFile(path);
  } catch (cause) {
    throw new CoreInputError(`video ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** The clip's frames as a video, at the rate of their times. */
async function encodeClip(clip: Clip): Promise<Uint8Array> {
  const { width, height } = clip.frames[0] ?? { width: 0, height: 0 };
  const frameRate = framesPerPatch / secondsPerGridOf(clip);
  const writer = await Mp4Writer.open({ width, height, frameRate, quality: { quantizer: 22 } });
  for (const frame of clip.frames) await writer.add(rgbToI420(frame));
  return writer.finish();
}
