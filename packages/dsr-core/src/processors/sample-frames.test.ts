import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CoreInputError } from "../errors.js";
import { sampleFrames } from "./sample-frames.js";

const total = fc.integer({ min: 2, max: 3000 });
const rate = fc.double({ min: 0.1, max: 120, noNaN: true });

describe("sampleFrames", () => {
  test("goes from the first frame to the last, never back", () => {
    fc.assert(
      fc.property(total, rate, fc.integer({ min: 2, max: 64 }), (totalFrames, fps, count) => {
        const { indices } = sampleFrames({ totalFrames, fps }, { mode: "count", count });
        expect(indices.length).toBe(count);
        expect([indices[0], indices.at(-1)]).toEqual([0, totalFrames - 1]);
        expect(indices.every((index, i) => i === 0 || index >= (indices[i - 1] ?? 0))).toBe(true);
      }),
    );
  });

  test("at a rate, counts are even and within the limits", () => {
    fc.assert(
      fc.property(total, rate, rate, (totalFrames, fps, wanted) => {
        const { indices } = sampleFrames({ totalFrames, fps }, { mode: "fps", fps: wanted, maxFrames: 64 });
        expect(indices.length % 2).toBe(0);
        expect(indices.length).toBeGreaterThanOrEqual(Math.min(4, totalFrames - (totalFrames % 2)));
        expect(indices.length).toBeLessThanOrEqual(Math.min(64, totalFrames));
      }),
    );
  });

  test("seconds per grid are those between pairs of frames", () => {
    const found = sampleFrames({ totalFrames: 250, fps: 25 }, { mode: "count", count: 32 });
    expect(found.secondsPerGrid).toBeCloseTo((2 * 10) / 32, 12);
    expect(found.timestamps[1]).toBe(8 / 25);
  });

  test("a video of one frame is taken as it is", () => {
    expect(sampleFrames({ totalFrames: 1, fps: 25 }, { mode: "fps", fps: 2 }).indices).toEqual([0]);
  });

  test.each([
    ["no frames", { totalFrames: 0, fps: 25 }, { mode: "count", count: 4 }],
    ["no rate", { totalFrames: 5, fps: 0 }, { mode: "count", count: 4 }],
    ["half a frame", { totalFrames: 5, fps: 25 }, { mode: "count", count: 1.5 }],
    ["a negative rate", { totalFrames: 5, fps: 25 }, { mode: "fps", fps: -1 }],
  ] as const)("%s is refused", (_, video, sampling) => {
    expect(() => sampleFrames(video, sampling)).toThrow(CoreInputError);
  });
});
