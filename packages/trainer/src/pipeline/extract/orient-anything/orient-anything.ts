// Orient Anything as an ONNX session: an object's crop in, three angles and a confidence out.
// Knows nothing about worlds.
import { decodeMask, measureMask, type RunLengths } from "@dsr/dsr-core/geometry";
import { CoreError } from "@dsr/dsr-core/errors";
import type { RuntimeSession } from "@dsr/dsr-core/runtime";
import type { RgbImage } from "@dsr/dsr-core/video";
import { imageNet, pictureTensor } from "../images/picture-tensor.js";
import { resample } from "../images/resample.js";
import type { EstimatedOrientation, OrientationEstimator } from "../perceivers.js";

/** DINOv2's processor: shortest side 256 by bicubic, then the middle 224 × 224. */
const [shortestSide, cropSide] = [256, 224];
/** Pixels around the object's box, as far as the picture reaches equally on both sides. */
const margin = 10;

/** Whether what lies outside the mask is blackened; the released code means to, but keeps it. */
export type Background = "removed" | "kept";

/** The object's box with a margin. */
export function cropObject(image: RgbImage, runs: RunLengths, background: Background): RgbImage {
  const mask = decodeMask(runs);
  const { box } = measureMask(mask, image.width);
  if (box === undefined) throw new CoreError("orientation: expected a mask with pixels, found an empty one");
  const [x1, y1, x2, y2] = box;
  const [padX, padY] = [Math.min(margin, x1, image.width - 1 - x2), Math.min(margin, y1, image.height - 1 - y2)];
  const [left, top, width, height] = [x1 - padX, y1 - padY, x2 - x1 + 1 + 2 * padX, y2 - y1 + 1 + 2 * padY];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (top + y) * image.width + left + x;
      if (background === "removed" && mask[from] === 0) continue;
      data.set(image.data.subarray(3 * from, 3 * from + 3), 3 * (y * width + x));
    }
  }
  return { width, height, data };
}

/** Resized so that the shortest side is 256, then cut to the middle 224 × 224. */
export function orientationInput(crop: RgbImage): RgbImage {
  const least = Math.min(crop.width, crop.height);
  const [width, height] = [crop.width, crop.height].map((side) => Math.trunc((shortestSide * side) / least));
  const size = { width: width ?? shortestSide, height: height ?? shortestSide };
  const large = resample(crop, size, "bicubic");
  const [left, top] = [Math.trunc((size.width - cropSide) / 2), Math.trunc((size.height - cropSide) / 2)];
  const data = new Uint8Array(cropSide * cropSide * 3);
  for (let y = 0; y < cropSide; y++) {
    const from = 3 * ((top + y) * size.width + left);
    data.set(large.data.subarray(from, from + 3 * cropSide), 3 * y * cropSide);
  }
  return { width: cropSide, height: cropSide, data };
}

/** Reads 722 logits: azimuth 0 … 359, polar and rotation −90 … 89, confidence from the last two. */
export function readOrientation(logits: Float32Array): EstimatedOrientation {
  const best = (start: number, end: number): number => {
    const part = logits.subarray(start, end);
    return part.indexOf(part.reduce((most, value) => Math.max(most, value), -Infinity));
  };
  const [yes = 0, no = 0] = logits.subarray(720, 722);
  return {
    angles: { azimuth: best(0, 360), polar: best(360, 540) - 90, rotation: best(540, 720) - 90 },
    confidence: 1 / (1 + Math.exp(no - yes)),
  };
}

/** Wraps a session with one input [crops, 3, 224, 224] and one output [crops, 722]. */
export function orientAnything(
  session: RuntimeSession,
  { background = "removed" }: { readonly background?: Background } = {},
): OrientationEstimator {
  const [input, output] = [session.inputs[0]?.name ?? "pixel_values", session.outputs[0]?.name ?? "logits"];
  return {
    name: "orient-anything",
    estimate: async (frame, mask) => {
      const picture = orientationInput(cropObject(frame, mask, background));
      const outputs = await session.run({ [input]: pictureTensor([picture], imageNet) });
      return readOrientation(outputs[output]?.data as Float32Array);
    },
    close: () => session.close(),
  };
}
