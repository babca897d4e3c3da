import { describe, expect, test } from "vitest";
import { CoreInputError } from "../../errors.js";
import { groundQuestion } from "./ground-question.js";

const frame = {
  width: 256,
  height: 160,
  timestamps: Array.from({ length: 16 }, (_, at) => 0.8 * at),
  framesPerPatch: 2,
};

describe("boxes become pads, each with the temporal patch it was drawn in", () => {
  test("the interval's beginning", () => {
    const { text, regions } = groundQuestion(
      "Between 3.2s and 8.0s, following the perspective of camera, how does the distance between cow with initial bounding box coordinates [0, 16, 63, 79] and pig with initial bounding box coordinates [128,0,255,159] change?",
      frame,
    );
    expect(text).toBe(
      "Between 3.2s and 8.0s, following the perspective of camera, how does the distance between cow with initial bounding box coordinates [<|region_pad|>] and pig with initial bounding box coordinates [<|region_pad|>] change?",
    );
    expect(regions).toEqual([
      { box: [0, 0.1, 0.25, 0.5], temporalPatch: 2 },
      { box: [0.5, 0, 1, 1], temporalPatch: 2 },
    ]);
  });

  test("a viewpoint's own time, and the last frame for predictions", () => {
    const { text, regions } = groundQuestion(
      "From the perspective of pig with bounding box coordinates [1, 2, 3, 4] at 4.8s, predict the moving direction of cow with final bounding box coordinates [5, 6, 7, 8].",
      frame,
    );
    expect(text).toBe(
      "From the perspective of pig with bounding box coordinates [<|region_pad|>] at 4.8s, predict the moving direction of cow with final bounding box coordinates [<|region_pad|>].",
    );
    expect(regions.map(({ temporalPatch }) => temporalPatch)).toEqual([3, 7]);
  });

  test("a question without boxes stays as it is", () => {
    expect(groundQuestion("What moves? [1, 2]", frame)).toEqual({ text: "What moves? [1, 2]", regions: [] });
  });
});

test("a question that brings its own pads is refused", () => {
  expect(() => groundQuestion("Where is <|region_pad|>?", frame)).toThrow(CoreInputError);
});
