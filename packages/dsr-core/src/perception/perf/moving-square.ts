// A small video to measure with: a square that crosses a gradient.
// Knows nothing about what is measured.
import { type RgbImage, rgbToI420 } from "../../video/color.js";
import { Mp4Writer } from "../../video/mp4-writer.js";

/** Bytes of an MP4 at 20 frames a second. */
export async function movingSquareVideo(
  frames: number,
  [height, width]: readonly [number, number],
): Promise<Uint8Array> {
  const writer = await Mp4Writer.open({ width, height, frameRate: 20, quality: { quantizer: 24 } });
  for (let step = 0; step < frames; step++) await writer.add(rgbToI420(picture(step, [height, width])));
  return writer.finish();
}

function picture(step: number, [height, width]: readonly [number, number]): RgbImage {
  const data = new Uint8Array(width * height * 3);
  const left = (3 * step) % width;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = x >= left && x < left + height / 4 && y > height / 3 && y < (height * 2) / 3;
      data.set(inside ? [210, 60, 40] : [(255 * x) / width, (255 * y) / height, 120], 3 * (y * width + x));
    }
  }
  return { width, height, data };
}
