import { CoreInputError } from "../errors.js";
import { expect, test } from "vitest";
import { type RgbImage, i420ToRgb, rgbToI420 } from "./color.js";
import { Mp4Writer } from "./mp4-writer.js";
import { measureVideo, readVideo } from "./read-video.js";

/** A gradient with a block that moves: smooth parts, an edge, motion. */
function picture(width: number, height: number, step: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inBlock = Math.abs(x - 10 - step) < 6 && Math.abs(y - 20) < 8;
      data.set(inBlock ? [200, 60, 50] : [(x * 255) / width, (y * 255) / height, 120], 3 * (y * width + x));
    }
  }
  return { width, height, data };
}

function peakSignalToNoise(a: Uint8Array, b: Uint8Array): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return 10 * Math.log10(255 ** 2 / (squares / a.length));
}

test("what was encoded is decoded: as many frames, the same pixels, 20 a second", async () => {
  const frames = Array.from({ length: 30 }, (_, step) => picture(64, 48, step));
  const writer = await Mp4Writer.open({ width: 64, height: 48, frameRate: 20, quality: { quantizer: 20 } });
  for (const frame of frames) await writer.add(rgbToI420(frame));
  const bytes = await writer.finish();
  let count = 0;
  for await (const decoded of readVideo(bytes)) {
    const original = frames[count] ?? picture(64, 48, 0);
    const halved = i420ToRgb(rgbToI420(original), 64, 48);
    expect([decoded.width, decoded.height]).toEqual([64, 48]);
    expect(decoded.timestamp).toBeCloseTo(count / 20, 6);
    // what the codec loses at quantizer 20
    expect(peakSignalToNoise(decoded.data, halved.data)).toBeGreaterThan(38);
    // and with the colour's half resolution, which blurs the saturated block's edge
    expect(peakSignalToNoise(decoded.data, original.data)).toBeGreaterThan(29);
    count += 1;
  }
  expect(count).toBe(30);
  expect(await measureVideo(bytes)).toEqual({ totalFrames: 30, width: 64, height: 48, fps: 20 });
});

test("odd sizes are extended to even ones", async () => {
  const frame = picture(63, 33, 0);
  const writer = await Mp4Writer.open({ width: 63, height: 33, frameRate: 20, quality: { quantizer: 26 } });
  await writer.add(rgbToI420(frame));
  for await (const decoded of readVideo(await writer.finish())) {
    expect([decoded.width, decoded.height]).toEqual([64, 34]);
  }
});

test("sizes that no video has are refused, and so are bytes that are no video", async () => {
  const tiny = Mp4Writer.open({ width: 4, height: 4, frameRate: 20, quality: { quantizer: 20 } });
  await expect(tiny).rejects.toThrow(CoreInputError);
  await expect(readVideo(new Uint8Array(500)).next()).rejects.toThrow(/video 500 bytes: expected .* found/u);
});
