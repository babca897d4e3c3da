import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CoreInputError } from "../errors.js";
import { toNumbers } from "../graph/data.js";
import type { PatchGrid } from "./patchify.js";
import { type RopeOptions, ropePositions } from "./rope-positions.js";

const tokens = { visionStart: 1, imagePad: 2, videoPad: 3 };
const options: RopeOptions = { tokens, mergeSize: 2, tokensPerSecond: 2 };
const pads = (count: number, pad = tokens.videoPad) => Array.from({ length: count }, () => pad);

function columnsOf(ids: readonly number[], more: Partial<RopeOptions>): readonly (readonly number[])[] {
  const numbers = toNumbers(ropePositions(ids, { ...options, ...more }).positions);
  return ids.map((_, i) => [0, 1, 2].map((axis) => numbers[axis * ids.length + i] ?? NaN));
}

describe("ropePositions", () => {
  test("text counts on in all three axes", () => {
    expect(columnsOf([9, 9, 9], {})).toEqual([
      [0, 0, 0],
      [1, 1, 1],
      [2, 2, 2],
    ]);
    expect(ropePositions([9, 9, 9], options).delta).toBe(0);
  });

  test("a video's cells have their moment, row and column; extra pads and text count on after the largest", () => {
    const videos = [{ grid: [2, 2, 4] as PatchGrid, secondsPerGrid: 2.5 }];
    const found = columnsOf([1, ...pads(6), 9], { videos, extraVideoTokens: 2 });
    expect(found).toEqual([
      [0, 0, 0],
      [1, 1, 1],
      [1, 1, 2],
      [6, 1, 1],
      [6, 1, 2],
      [7, 7, 7],
      [8, 8, 8],
      [9, 9, 9],
    ]);
  });

  test("the next token's position is the largest + 1", () => {
    const grid = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom(2, 4), fc.constantFrom(2, 6));
    fc.assert(
      fc.property(grid, fc.double({ min: 0, max: 5, noNaN: true }), fc.nat(3), (shape, secondsPerGrid, extra) => {
        const ids = [9, 1, ...pads((shape[0] * shape[1] * shape[2]) / 4 + extra)];
        const more = { videos: [{ grid: shape, secondsPerGrid }], extraVideoTokens: extra };
        const { delta } = ropePositions(ids, { ...options, ...more });
        expect(delta + ids.length).toBe(Math.max(...columnsOf(ids, more).flat()) + 1);
      }),
    );
  });

  test.each([
    ["too few pads", [1, ...pads(3)], { videos: [{ grid: [1, 4, 4], secondsPerGrid: 1 }] }],
    ["a video that is not described", [1, ...pads(4)], {}],
    ["a description without its video", [9], { images: [[1, 2, 2]] }],
    ["pads outside a vision part", [9, ...pads(4)], { videos: [{ grid: [1, 4, 4], secondsPerGrid: 1 }] }],
  ] as const)("%s: refused", (_, ids, more) => {
    expect(() => ropePositions(ids, { ...options, ...more })).toThrow(CoreInputError);
  });
});
