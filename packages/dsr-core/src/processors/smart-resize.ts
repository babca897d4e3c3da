// The size a picture is resized to so that it is made of whole patches and has an allowed number of pixels.
// Knows nothing about pixels themselves.
import { CoreInputError } from "../errors.js";
import { roundHalfToEven } from "./rounding.js";

/** Height and width in pixels. */
export interface PictureSize {
  readonly height: number;
  readonly width: number;
}

/** What a resized picture must fulfil: sides that are multiples of `factor`, pixels from `minPixels` to `maxPixels`. */
export interface ResizeLimits {
  readonly factor: number;
  readonly minPixels: number;
  readonly maxPixels: number;
}

const largestAspect = 200;

/**
 * The size nearest to `size` that keeps the limits and about the aspect ratio (Qwen2-VL's `smart_resize`).
 * As in the reference, a very long picture may leave the limits, because no side is shorter than `factor`.
 * @throws CoreInputError for an empty picture, an aspect ratio over 200, or limits that exclude each other
 */
export function smartResize(size: PictureSize, limits: ResizeLimits): PictureSize {
  const { height, width } = size;
  const { factor, minPixels, maxPixels } = limits;
  checkSize(size);
  checkLimits(limits);
  const h = roundHalfToEven(height / factor) * factor;
  const w = roundHalfToEven(width / factor) * factor;
  if (h * w > maxPixels) {
    const shrink = Math.sqrt((height * width) / maxPixels);
    const fit = (side: number) => Math.max(factor, Math.floor(side / shrink / factor) * factor);
    return { height: fit(height), width: fit(width) };
  }
  if (h * w < minPixels) {
    const grow = Math.sqrt(minPixels / (height * width));
    const fit = (side: number) => Math.ceil((side * grow) / factor) * factor;
    return { height: fit(height), width: fit(width) };
  }
  return { height: h, width: w };
}

function checkSize({ height, width }: PictureSize): void {
  if (!(height >= 1 && width >= 1))
    throw new CoreInputError(`picture: expected at least 1×1 pixels, found ${width}×${height}`);
  const aspect = Math.max(height, width) / Math.min(height, width);
  if (aspect > largestAspect)
    throw new CoreInputError(`picture: expected an aspect ratio up to ${largestAspect}, found ${width}×${height}`);
}

function checkLimits({ factor, minPixels, maxPixels }: ResizeLimits): void {
  if (!(minPixels >= 1 && maxPixels >= minPixels))
    throw new CoreInputError(`pixel limits: expected 1 ≤ minimum ≤ maximum, found ${minPixels} and ${maxPixels}`);
  if (!Number.isInteger(factor) || factor < 1)
    throw new CoreInputError(`pixel limits: expected a whole factor, found ${factor}`);
}
