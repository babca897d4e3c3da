import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { movingSquareVideo } from "./perf/moving-square.js";
import { readClip } from "./read-clip.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-read-clip-"));
  await writeFile(join(folder, "clip.mp4"), await movingSquareVideo(41, [32, 48]));
});
afterAll(() => rm(folder, { recursive: true }));

test("frames are taken evenly from first to last, with their times", async () => {
  const path = join(folder, "clip.mp4");
  const clip = await readClip(path, { frames: 5 });
  expect(clip.frames.map(({ timestamp }) => timestamp)).toEqual([0, 0.5, 1, 1.5, 2]);
  expect(clip.file).toBe(path);
  // two frames of five in 41 at 20 a second
  expect(clip.secondsPerGrid).toBeCloseTo((2 * 41) / (5 * 20), 6);
  expect((await readClip(path)).frames).toHaveLength(32);
  await expect(readClip(path, { frames: 42 })).rejects.toThrow("clip.mp4: expected at least 42 frames, found 41");
});

test("a file that is no video is one line", async () => {
  const path = join(folder, "broken.mp4");
  await writeFile(path, await movingSquareVideo(3, [32, 48]));
  await truncate(path, 200);
  await expect(readClip(path)).rejects.toThrow(/^video .*broken\.mp4: expected/);
});
