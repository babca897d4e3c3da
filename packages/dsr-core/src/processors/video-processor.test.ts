import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CoreInputError } from "../errors.js";
import { createFrameResizer, parseVideoSettings, processVideo, readVideoSettings } from "./video-processor.js";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-video-"));
});

afterAll(() => rm(folder, { recursive: true }));

describe("settings", () => {
  test("are transformers' where a file is silent", () => {
    expect(parseVideoSettings({})).toMatchObject({ patch: 14, minPixels: 100_352, maxPixels: 602_112 });
  });

  test("come from min_pixels, or from the edges of a size", () => {
    expect(parseVideoSettings({ min_pixels: 784, max_pixels: 50_000 })).toMatchObject({
      minPixels: 784,
      maxPixels: 50_000,
    });
    const size = { shortest_edge: 3136, longest_edge: 12_845_056 };
    expect(parseVideoSettings({ size, max_pixels: null })).toMatchObject({ minPixels: 3136, maxPixels: 12_845_056 });
  });

  test("of another kind of processor are refused, with the key", () => {
    expect(() => parseVideoSettings({ resample: 2 })).toThrow(/'resample'/);
    expect(() => parseVideoSettings({ image_mean: [0.5] })).toThrow(/'image_mean'/);
    expect(() => parseVideoSettings({ do_normalize: false })).toThrow(CoreInputError);
  });

  test("of a folder: the video file comes before the picture file", async () => {
    await expect(readVideoSettings(folder)).rejects.toThrow(/expected video_preprocessor_config.json or/);
    await writeFile(join(folder, "preprocessor_config.json"), '{"patch_size": 16}');
    expect((await readVideoSettings(folder)).patch).toBe(16);
    await writeFile(join(folder, "video_preprocessor_config.json"), '{"patch_size": 8}');
    expect((await readVideoSettings(folder)).patch).toBe(8);
    await writeFile(join(folder, "video_preprocessor_config.json"), "{");
    await expect(readVideoSettings(folder)).rejects.toThrow(/expected JSON/);
  });
});

describe("processVideo", () => {
  const settings = parseVideoSettings({ min_pixels: 784, max_pixels: 3200 });
  const frame = (width: number, height: number) => ({ width, height, data: new Uint8Array(width * height * 3) });

  test("resizes to whole cells", () => {
    const { grid, pixelValues } = processVideo([frame(60, 31), frame(60, 31)], settings);
    expect(grid).toEqual([1, 2, 4]);
    expect(pixelValues.shape).toEqual([8, 1176]);
  });

  test("a frame resizer follows a change of size", () => {
    const resize = createFrameResizer(settings);
    expect([resize(frame(60, 31)), resize(frame(31, 60))].map(({ width, height }) => [width, height])).toEqual([
      [56, 28],
      [28, 56],
    ]);
  });
});
