import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CoreInputError } from "../errors.js";
import type { RgbImage } from "../video/color.js";
import { type PatchSettings, mergedTokens, patchifyFrames, patchifyTemporalPatch } from "./patchify.js";

const settings: PatchSettings = {
  patch: 2,
  temporalPatch: 2,
  mergeSize: 2,
  mean: [0, 0, 0],
  std: [1 / 255, 1 / 255, 1 / 255],
};

function frame(width: number, height: number, at: (x: number, y: number, colour: number) => number): RgbImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    at(Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3),
  );
  return { width, height, data };
}

describe("patchifyFrames", () => {
  test("rows go by merged cell, elements by colour, frame, y and x", () => {
    const first = frame(8, 4, (x, y, colour) => 100 * colour + 10 * y + x);
    const second = frame(8, 4, (x, y, colour) => 100 * colour + 10 * y + x + 50);
    const { pixelValues, grid } = patchifyFrames([first, second], settings);
    const row = (i: number) =>
      [...pixelValues.data.slice(i * 24, i * 24 + 24)].map((value) => Math.round(Number(value)));
    expect(grid).toEqual([1, 2, 4]);
    expect(row(0).slice(0, 8)).toEqual([0, 1, 10, 11, 50, 51, 60, 61]);
    expect(row(1).slice(0, 4)).toEqual([2, 3, 12, 13]);
    expect(row(2).slice(0, 4)).toEqual([20, 21, 30, 31]);
    expect(row(4).slice(0, 4)).toEqual([4, 5, 14, 15]);
    expect(row(7).slice(16, 20)).toEqual([226, 227, 236, 237]);
  });

  test("temporal patches by themselves are the parts of the whole video", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.nat(), (count, seed) => {
        const frames = Array.from({ length: count }, (_, i) =>
          frame(8, 4, (x, y, c) => (seed + 7 * i + 5 * x * y + c) % 256),
        );
        const parts = [];
        for (let i = 0; i < count; i += 2) parts.push(...patchifyTemporalPatch(frames.slice(i, i + 2), settings).data);
        expect(parts).toEqual([...patchifyFrames(frames, settings).pixelValues.data]);
      }),
      { numRuns: 30 },
    );
  });

  test("the last frame of an odd number counts twice", () => {
    const frames = [0, 1, 2].map((level) => frame(4, 4, () => level));
    const twice = [...frames, ...frames.slice(-1)];
    expect(patchifyFrames(frames, settings)).toEqual(patchifyFrames(twice, settings));
  });

  test("tokens after merging", () => {
    expect(mergedTokens([16, 34, 46], 2)).toBe(16 * 17 * 23);
  });

  test.each([
    ["no frames", []],
    ["a side that is not whole cells", [frame(6, 4, () => 0)]],
    ["an empty frame", [frame(0, 0, () => 0)]],
    ["frames of two sizes", [frame(8, 4, () => 0), frame(4, 4, () => 0)]],
    ["missing bytes", [{ ...frame(4, 4, () => 0), data: new Uint8Array(5) }]],
  ])("%s is refused", (_, frames) => {
    expect(() => patchifyFrames(frames, settings)).toThrow(CoreInputError);
  });

  test("a temporal patch does not take more frames than it has", () => {
    expect(() =>
      patchifyTemporalPatch(
        [0, 1, 2].map(() => frame(4, 4, () => 0)),
        settings,
      ),
    ).toThrow(CoreInputError);
  });
});
