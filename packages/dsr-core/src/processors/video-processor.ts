// From the frames of a video to what a Qwen2.5-VL vision encoder takes, with a model folder's own settings.
// Knows nothing about decoding videos, prompts or encoders.
import { join } from "node:path";
import { z } from "zod";
import { CoreInputError } from "../errors.js";
import type { RgbImage } from "../video/color.js";
import { checkShape, readJsonFile } from "./json-file.js";
import { type Patches, type PatchSettings, patchifyFrames } from "./patchify.js";
import { type ImageResizer, createImageResizer } from "./resize-image.js";
import { type PictureSize, smartResize } from "./smart-resize.js";

/** How frames are resized, normalised and cut. */
export interface VideoSettings extends PatchSettings {
  /** Of one frame after resizing. */
  readonly minPixels: number;
  readonly maxPixels: number;
}

const wholeSchema = z.number().int().positive();
const colourSchema = z.tuple([z.number(), z.number(), z.number()]).readonly();

/** How CLIP normalises red, green and blue from 0 to 1: what Qwen2.5-VL's processor does too. */
export const clipNormalization = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  deviation: [0.26862954, 0.26130258, 0.27577711],
} as const;

/** Keys of Hugging Face's files; a step that a file switches off, or another filter than bicubic (3), is refused. */
const fileSchema = z.looseObject({
  min_pixels: wholeSchema.nullish(),
  max_pixels: wholeSchema.nullish(),
  size: z.looseObject({ shortest_edge: wholeSchema.nullish(), longest_edge: wholeSchema.nullish() }).nullish(),
  patch_size: wholeSchema.default(14),
  temporal_patch_size: wholeSchema.default(2),
  merge_size: wholeSchema.default(2),
  image_mean: colourSchema.default(clipNormalization.mean),
  image_std: colourSchema.default(clipNormalization.deviation),
  do_resize: z.literal(true).default(true),
  do_rescale: z.literal(true).default(true),
  do_normalize: z.literal(true).default(true),
  resample: z.literal(3).default(3),
});

/** File names in the order the reference looks for them. */
const fileNames = ["video_preprocessor_config.json", "preprocessor_config.json"] as const;

/**
 * Settings from the content of a `video_preprocessor_config.json` or `preprocessor_config.json`; `where` is for messages.
 * What is missing takes the values of transformers' Qwen2-VL video processor. Throws CoreInputError for another shape.
 */
export function parseVideoSettings(content: unknown, where = "preprocessor_config.json"): VideoSettings {
  return toSettings(checkShape(content, fileSchema, where));
}

/** Settings of a model folder. Throws CoreInputError when neither file is there or one is wrong. */
export async function readVideoSettings(folder: string): Promise<VideoSettings> {
  for (const name of fileNames) {
    const content = await readJsonFile(join(folder, name), fileSchema);
    if (content !== undefined) return toSettings(content);
  }
  throw new CoreInputError(`${folder}: expected ${fileNames.join(" or ")}, found neither`);
}

function toSettings(file: z.output<typeof fileSchema>): VideoSettings {
  return {
    patch: file.patch_size,
    temporalPatch: file.temporal_patch_size,
    mergeSize: file.merge_size,
    mean: file.image_mean,
    std: file.image_std,
    minPixels: file.min_pixels ?? file.size?.shortest_edge ?? 128 * 28 * 28,
    maxPixels: file.max_pixels ?? file.size?.longest_edge ?? 768 * 28 * 28,
  };
}

/** The size frames of `size` are resized to. Throws CoreInputError as `smartResize`. */
export function frameSize(size: PictureSize, settings: VideoSettings): PictureSize {
  return smartResize(size, { ...settings, factor: settings.patch * settings.mergeSize });
}

/** Resizes frames as the settings ask; weights are kept from one frame to the next while the size stays the same. */
export function createFrameResizer(settings: VideoSettings): ImageResizer {
  let last: { readonly size: PictureSize; readonly resize: ImageResizer } | undefined;
  return (image) => {
    if (last === undefined || last.size.width !== image.width || last.size.height !== image.height) {
      last = { size: image, resize: createImageResizer(image, frameSize(image, settings)) };
    }
    return last.resize(image);
  };
}

/**
 * Resizes, normalises and cuts the frames of one video, all of one size.
 * @throws CoreInputError when there are none, or they differ in size
 */
export function processVideo(frames: readonly RgbImage[], settings: VideoSettings): Patches {
  return patchifyFrames(frames.map(createFrameResizer(settings)), settings);
}
