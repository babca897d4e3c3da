// A frame as SAM2 takes it: 1024 × 1024 whatever the ratio, boxes scaled alike.
// Knows nothing about sessions.
import type { NdData } from "@dsr/dsr-core/graph";
import type { RgbImage } from "@dsr/dsr-core/video";
import { imageNet, pictureTensor } from "../images/picture-tensor.js";
import { resample, type Size } from "../images/resample.js";
import type { PixelBox } from "../perceivers.js";

/** Side of SAM2's input in pixels. */
export const modelSide = 1024;

/** float32 [1, 3, 1024, 1024]. SAM2's video loader resizes with Pillow's default (bicubic), its image processor bilinearly. */
export function modelFrame(frame: RgbImage, filter: "bilinear" | "bicubic"): NdData {
  return pictureTensor([resample(frame, { width: modelSide, height: modelSide }, filter)], imageNet);
}

/** A box in the input's pixels. */
export function modelBox([left, top, right, bottom]: PixelBox, { width, height }: Size): PixelBox {
  const [x, y] = [modelSide / width, modelSide / height];
  return [left * x, top * y, right * x, bottom * y];
}
