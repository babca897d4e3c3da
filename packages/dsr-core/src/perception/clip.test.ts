import { expect, test } from "vitest";
import type { VideoFrameImage } from "../video/read-video.js";
import { checkRequest } from "./answerer.js";
import { checkClip, framePairs, secondsPerGridOf } from "./clip.js";

function frame(timestamp: number, width = 2, bytes = width * 3): VideoFrameImage {
  return { width, height: 1, data: new Uint8Array(bytes), timestamp };
}

test.each([
  [[], "expected at least one frame, found none"],
  [[frame(0), frame(1, 3)], "clip frame 1: expected 2×1 pixels as before, found 3×1"],
  [[frame(0, 2, 5)], "clip frame 0: expected 6 bytes of RGB, found 5"],
  [[frame(1), frame(0.5)], "clip frame 1: expected a time of at least 1 s, found 0.5"],
])("a clip that is none is refused (%#)", (frames, message) => {
  expect(() => checkClip({ frames })).toThrow(message);
});

test("times of the grid come from the clip, else from its frames", () => {
  const frames = [0, 0.5, 1, 1.5].map((time) => frame(time));
  expect(secondsPerGridOf({ frames })).toBe(1);
  expect(secondsPerGridOf({ frames, secondsPerGrid: 0.25 })).toBe(0.25);
  expect(secondsPerGridOf({ frames: [frame(3)] })).toBe(1);
  expect(() => checkClip({ frames, secondsPerGrid: 0 })).toThrow("expected secondsPerGrid above 0, found 0");
});

test("an odd last frame is paired with itself", () => {
  const [a, b, c] = [frame(0), frame(1), frame(2)];
  expect(framePairs({ frames: [a, b, c] })).toEqual([
    [a, b],
    [c, c],
  ]);
});

test.each([
  [{ question: " " }, "question: expected text, found none"],
  [{ question: "q", options: ["one"] }, "options: expected 2 to 26 of them, found 1"],
  [{ question: "q", options: ["one", ""] }, "option B: expected text, found none"],
  [{ question: "q", options: ["one", "one"] }, "options: expected different ones, found 'one' twice"],
  [{ question: "q", maxTokens: 0 }, "maxTokens: expected a whole number of at least 1, found 0"],
  [{ question: "q", temperature: -1 }, "temperature: expected a number of at least 0, found -1"],
])("a request that is none is refused (%#)", (request, message) => {
  expect(() => checkRequest({ clip: { frames: [frame(0)] }, ...request })).toThrow(message);
});
