import { expect, test } from "vitest";
import { CoreInputError } from "../errors.js";
import { rgbToI420 } from "./color.js";
import { clearMp4Times } from "./mp4-times.js";
import { Mp4Writer } from "./mp4-writer.js";
import { readVideo } from "./read-video.js";

async function encoded(): Promise<Uint8Array> {
  const writer = await Mp4Writer.open({ width: 32, height: 16, frameRate: 5, quality: { quantizer: 20 } });
  const planes = rgbToI420({ width: 32, height: 16, data: new Uint8Array(32 * 16 * 3).fill(90) });
  for (let i = 0; i < 4; i++) await writer.add(planes);
  return writer.finish();
}

test("movie, track and media lose their dates and nothing else", async () => {
  const bytes = await encoded();
  const before = Uint8Array.from(bytes);
  clearMp4Times(bytes);
  const changed = [...bytes.keys()].filter((i) => bytes[i] !== before[i]);
  // three boxes with two dates of four bytes
  expect(changed.length).toBeGreaterThan(0);
  expect(changed.length).toBeLessThanOrEqual(24);
  expect(changed.every((i) => bytes[i] === 0)).toBe(true);
  let frames = 0;
  for await (const frame of readVideo(bytes)) frames += frame.width === 32 ? 1 : 0;
  expect(frames).toBe(4);
});

test("bytes that are no MP4 are refused", () => {
  expect(() => clearMp4Times(new Uint8Array(40).fill(7))).toThrow(CoreInputError);
  expect(() => clearMp4Times(new Uint8Array(3))).toThrow("expected an MP4 file with a movie header");
});
