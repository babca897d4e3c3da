// RGB to YUV 4:2:0 and back (BT.601, limited range: what players assume of small pictures without a colour tag).
// Done here so that the pixels of a recording do not depend on an encoder's own conversion.

/** A picture of width × height RGB bytes, row by row. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** height × width × 3 bytes. */
  readonly data: Uint8Array;
}

/** The next even number: 4:2:0 has one colour sample for 2 × 2 pixels. */
export function even(length: number): number {
  return length + (length & 1);
}

/** Planes Y, U, V one after the other; odd sizes are extended by repeating the last column and row. */
export function rgbToI420({ width, height, data }: RgbImage): Uint8Array {
  const w = even(width);
  const h = even(height);
  const planes = new Uint8Array((w * h * 3) / 2);
  for (let y = 0; y < h; y += 2) {
    for (let x = 0; x < w; x += 2) writeBlock(planes, { x, y, w, h }, [data, width, height]);
  }
  return planes;
}

interface Block {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** One 2 × 2 block: four luma samples and the mean of the four colours. */
function writeBlock(
  planes: Uint8Array,
  { x, y, w, h }: Block,
  [data, width, height]: readonly [Uint8Array, number, number],
): void {
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let i = 0; i < 4; i++) {
    const px = x + (i & 1);
    const py = y + (i >> 1);
    const at = 3 * (Math.min(py, height - 1) * width + Math.min(px, width - 1));
    const r = data[at] ?? 0;
    const g = data[at + 1] ?? 0;
    const b = data[at + 2] ?? 0;
    planes[py * w + px] = (16.5 + 0.256788 * r + 0.504129 * g + 0.097906 * b) | 0;
    red += r;
    green += g;
    blue += b;
  }
  const chroma = w * h + (y >> 1) * (w >> 1) + (x >> 1);
  planes[chroma] = (128.5 + (-0.148223 * red - 0.290993 * green + 0.439216 * blue) / 4) | 0;
  planes[chroma + (w * h) / 4] = (128.5 + (0.439216 * red - 0.367788 * green - 0.071427 * blue) / 4) | 0;
}

/** The RGB picture of I420 planes of even size; colour samples are repeated, values clamped to bytes. */
export function i420ToRgb(planes: Uint8Array, width: number, height: number): RgbImage {
  const data = new Uint8ClampedArray(width * height * 3);
  const quarter = (width * height) / 4;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const chroma = width * height + (y >> 1) * (width >> 1) + (x >> 1);
      const luma = 1.164384 * ((planes[y * width + x] ?? 0) - 16);
      const u = (planes[chroma] ?? 0) - 128;
      const v = (planes[chroma + quarter] ?? 0) - 128;
      const at = 3 * (y * width + x);
      data[at] = luma + 1.596027 * v;
      data[at + 1] = luma - 0.391762 * u - 0.812968 * v;
      data[at + 2] = luma + 2.017232 * u;
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}
