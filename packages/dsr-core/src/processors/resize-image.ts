// Bicubic resizing of 8-bit pictures with antialias, to the same bytes as torchvision's tensor path on a CPU.
// Source: PyTorch's uint8 kernel: 16-bit weights, columns first, rounded to bytes in between. Knows nothing about models.
import { CoreInputError } from "../errors.js";
import { resamplingMatrix } from "../graph/layers/resampling.js";
import type { RgbImage } from "../video/color.js";
import type { PictureSize } from "./smart-resize.js";

/** Resizes pictures of one size to one other. */
export type ImageResizer = (image: RgbImage) => RgbImage;

/** The weights of one axis: place i of the target is Σ weights[i, k] · source[first[i] + k], divided by 2^precision. */
interface AxisWeights {
  readonly first: Int32Array;
  readonly taps: number;
  /** [target, taps]; unused taps are 0. */
  readonly weights: Int32Array;
  readonly precision: number;
}

/** Weights are computed once; the resizer may be used for any number of pictures of the size `from`. */
export function createImageResizer(from: PictureSize, to: PictureSize): ImageResizer {
  const columns = from.width === to.width ? undefined : axisWeights(from.width, to.width);
  const rows = from.height === to.height ? undefined : axisWeights(from.height, to.height);
  return (image) => {
    if (image.width !== from.width || image.height !== from.height)
      throw new CoreInputError(
        `picture: expected ${from.width}×${from.height} pixels, found ${image.width}×${image.height}`,
      );
    const wide = columns === undefined ? image.data : resizeColumns(image, to.width, columns);
    return { ...to, data: rows === undefined ? wide : resizeRows(wide, to, rows) };
  };
}

/** Resizes one picture; for many of the same size use `createImageResizer`. */
export function resizeImage(image: RgbImage, to: PictureSize): RgbImage {
  return createImageResizer(image, to)(image);
}

function axisWeights(source: number, target: number): AxisWeights {
  const matrix = resamplingMatrix(source, target, true);
  const first = new Int32Array(target);
  const rows = Array.from({ length: target }, (_, place) => {
    const row = matrix.subarray(place * source, (place + 1) * source);
    first[place] = row.findIndex((weight) => weight !== 0);
    return row.subarray(first[place], row.findLastIndex((weight) => weight !== 0) + 1);
  });
  const taps = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const precision = weightPrecision(matrix);
  const weights = new Int32Array(target * taps);
  for (const [place, row] of rows.entries()) {
    for (const [tap, weight] of row.entries()) weights[place * taps + tap] = roundAwayFromZero(weight * 2 ** precision);
  }
  return { first, taps, weights, precision };
}

/** As many bits as keep the largest weight within 16-bit signed numbers. */
function weightPrecision(weights: Float64Array): number {
  const largest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  let precision = 0;
  while (precision < 22 && Math.trunc(0.5 + largest * 2 ** (precision + 1)) < 1 << 15) precision++;
  return precision;
}

function roundAwayFromZero(number: number): number {
  return Math.trunc(number < 0 ? number - 0.5 : number + 0.5);
}

function resizeColumns({ data, width, height }: RgbImage, target: number, axis: AxisWeights): Uint8Array {
  const { first, taps, weights, precision } = axis;
  const half = 1 << (precision - 1);
  const out = new Uint8ClampedArray(height * target * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < target; x++) {
      let red = half;
      let green = half;
      let blue = half;
      let at = 3 * (y * width + (first[x] ?? 0));
      for (let tap = x * taps; tap < (x + 1) * taps; tap++, at += 3) {
        const weight = weights[tap] ?? 0;
        if (weight === 0) continue;
        red += weight * (data[at] ?? 0);
        green += weight * (data[at + 1] ?? 0);
        blue += weight * (data[at + 2] ?? 0);
      }
      const to = 3 * (y * target + x);
      out[to] = red >> precision;
      out[to + 1] = green >> precision;
      out[to + 2] = blue >> precision;
    }
  }
  return new Uint8Array(out.buffer);
}

/** Adds up whole rows, so that memory is read in order. */
function resizeRows(data: Uint8Array, { height, width }: PictureSize, axis: AxisWeights): Uint8Array {
  const { first, taps, weights, precision } = axis;
  const length = width * 3;
  const sums = new Int32Array(length);
  const out = new Uint8ClampedArray(height * length);
  for (let y = 0; y < height; y++) {
    sums.fill(1 << (precision - 1));
    for (let tap = 0; tap < taps; tap++) {
      const weight = weights[y * taps + tap] ?? 0;
      const from = ((first[y] ?? 0) + tap) * length;
      if (weight === 0) continue;
      for (let i = 0; i < length; i++) sums[i] = (sums[i] ?? 0) + weight * (data[from + i] ?? 0);
    }
    for (let i = 0; i < length; i++) out[y * length + i] = (sums[i] ?? 0) >> precision;
  }
  return new Uint8Array(out.buffer);
}
