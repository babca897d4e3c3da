import { expect, test } from "vitest";
import { rgbToI420 } from "./color.js";
import { Mp4Writer } from "./mp4-writer.js";
import { measureVideo, readFrames, readVideo } from "./read-video.js";

/** A video of grey frames that grow brighter. */
async function video(frames: number): Promise<Uint8Array> {
  const writer = await Mp4Writer.open({ width: 32, height: 32, frameRate: 10, quality: { quantizer: 10 } });
  for (let i = 0; i < frames; i++)
    await writer.add(rgbToI420({ width: 32, height: 32, data: new Uint8Array(32 * 32 * 3).fill(5 * i) }));
  return writer.finish();
}

test("a video is measured without decoding, and chosen frames are those of a whole reading", async () => {
  const bytes = await video(20);
  expect(await measureVideo(bytes)).toMatchObject({ totalFrames: 20, fps: 10 });
  const all = [];
  for await (const frame of readVideo(bytes)) all.push(frame);
  const chosen = await readFrames(bytes, [0, 7, 7, 19]);
  expect(chosen).toEqual([all[0], all[7], all[7], all[19]]);
  expect(chosen[1]).toBe(chosen[2]);
  expect(await readFrames(bytes, [3, 25])).toEqual([all[3]]);
});

test("a file that is no video is one line, whoever reads it", async () => {
  const bytes = new TextEncoder().encode("no video at all");
  await expect(measureVideo(bytes)).rejects.toThrow(/^video 15 bytes: expected .* found/);
  await expect(readFrames(bytes, [0])).rejects.toThrow(/^video 15 bytes: expected/);
  await expect(measureVideo("/nowhere/clip.mp4")).rejects.toThrow(/^video \/nowhere\/clip\.mp4: expected .*ENOENT/);
});
