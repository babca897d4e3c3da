// Resizing of 8-bit pictures as Pillow does it: filters widened when shrinking, columns first, rounded in between.
// Source: Pillow's Resample.c (22-bit fixed-point weights). Knows nothing about models.
import type { RgbImage } from "@dsr/dsr-core/video";

/** Pillow's filters by their support in source pixels. */
export const resampleFilters = {
  bilinear: { support: 1, weight: triangle },
  bicubic: { support: 2, weight: cubic },
  lanczos: { support: 3, weight: lanczos },
} as const;
export type ResampleFilter = keyof typeof resampleFilters;

const precisionBits = 22;
const half = 1 << (precisionBits - 1);

function triangle(x: number): number {
  return Math.max(0, 1 - Math.abs(x));
}

function cubic(distance: number): number {
  const [x, a] = [Math.abs(distance), -0.5];
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function lanczos(x: number): number {
  return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
}

/** One target pixel: source pixels from `first` on, weights of 22 bits that add up to about 2²². */
interface Taps {
  readonly first: number;
  readonly weights: Int32Array;
}

function tapsOf(source: number, target: number, filter: ResampleFilter): readonly Taps[] {
  const { support, weight } = resampleFilters[filter];
  const ratio = source / target;
  const scale = Math.max(ratio, 1);
  return Array.from({ length: target }, (_, place) => {
    const centre = (place + 0.5) * ratio;
    const first = Math.max(0, Math.trunc(centre - support * scale + 0.5));
    const end = Math.min(source, Math.trunc(centre + support * scale + 0.5));
    const raw = Array.from({ length: end - first }, (__, i) => weight((i + first - centre + 0.5) / scale));
    const total = raw.reduce((sum, one) => sum + one, 0);
    const weights = raw.map((one) => {
      const fixed = (one / total) * (1 << precisionBits);
      return Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    });
    return { first, weights: Int32Array.from(weights) };
  });
}

/** A resized copy with the same bytes as Pillow's `resize` of an RGB picture. */
export function resample(image: RgbImage, size: Size, filter: ResampleFilter): RgbImage {
  const wide = image.width === size.width ? image : resampleRows(image, tapsOf(image.width, size.width, filter));
  return image.height === size.height ? wide : resampleColumns(wide, tapsOf(image.height, size.height, filter));
}

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

function resampleRows({ data, width, height }: RgbImage, taps: readonly Taps[]): RgbImage {
  const out = new Uint8ClampedArray(taps.length * height * 3);
  for (let y = 0; y < height; y++) {
    for (const [x, { first, weights }] of taps.entries()) {
      let [red, green, blue] = [half, half, half];
      let at = 3 * (y * width + first);
      for (const weight of weights) {
        red += weight * (data[at] ?? 0);
        green += weight * (data[at + 1] ?? 0);
        blue += weight * (data[at + 2] ?? 0);
        at += 3;
      }
      const to = 3 * (y * taps.length + x);
      out[to] = red >> precisionBits;
      out[to + 1] = green >> precisionBits;
      out[to + 2] = blue >> precisionBits;
    }
  }
  return { width: taps.length, height, data: new Uint8Array(out.buffer) };
}

function resampleColumns({ data, width }: RgbImage, taps: readonly Taps[]): RgbImage {
  const length = 3 * width;
  const out = new Uint8ClampedArray(taps.length * length);
  const sums = new Int32Array(length);
  for (const [y, { first, weights }] of taps.entries()) {
    sums.fill(half);
    for (const [i, weight] of weights.entries()) {
      const from = (first + i) * length;
      for (let x = 0; x < length; x++) sums[x] = (sums[x] ?? 0) + weight * (data[from + x] ?? 0);
    }
    for (let x = 0; x < length; x++) out[y * length + x] = (sums[x] ?? 0) >> precisionBits;
  }
  return { width, height: taps.length, data: new Uint8Array(out.buffer) };
}
