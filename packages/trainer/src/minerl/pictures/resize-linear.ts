// Resizes pictures by linear interpolation between pixel centres, without antialiasing: what VPT's loader asks of OpenCV.
// Knows nothing about what they show.
import type { RgbImage } from "@dsr/dsr-core/video";

/** For each output place: the two source places and the share of the second. */
interface Taps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly share: Float32Array;
}

/** A new picture of [height, width]; the same picture when it has that size already. */
export function resizeLinear(image: RgbImage, [height, width]: readonly [number, number]): RgbImage {
  if (image.width === width && image.height === height) return image;
  const across = tapsOf(image.width, width);
  const down = tapsOf(image.height, height);
  const data = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    const top = (down.first[y] ?? 0) * image.width;
    const bottom = (down.second[y] ?? 0) * image.width;
    const share = down.share[y] ?? 0;
    for (let x = 0; x < width; x++) writePixel(data, 3 * (y * width + x), image.data, [top, bottom, share, x, across]);
  }
  return { width, height, data };
}

type Place = readonly [top: number, bottom: number, share: number, x: number, across: Taps];

function writePixel(out: Uint8Array, at: number, data: Uint8Array, [top, bottom, share, x, across]: Place): void {
  const left = across.first[x] ?? 0;
  const right = across.second[x] ?? 0;
  const across1 = across.share[x] ?? 0;
  for (let c = 0; c < 3; c++) {
    const a = data[3 * (top + left) + c] ?? 0;
    const b = data[3 * (top + right) + c] ?? 0;
    const d = data[3 * (bottom + left) + c] ?? 0;
    const e = data[3 * (bottom + right) + c] ?? 0;
    const above = a + (b - a) * across1;
    const below = d + (e - d) * across1;
    out[at + c] = above + (below - above) * share + 0.5;
  }
}

function tapsOf(from: number, to: number): Taps {
  const first = new Int32Array(to);
  const second = new Int32Array(to);
  const share = new Float32Array(to);
  for (let i = 0; i < to; i++) {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    first[i] = Math.floor(at);
    second[i] = Math.min(Math.floor(at) + 1, from - 1);
    share[i] = at - Math.floor(at);
  }
  return { first, second, share };
}
