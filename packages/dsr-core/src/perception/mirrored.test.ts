import fc from "fast-check";
import { expect, test } from "vitest";
import { noisyFrames } from "./fixtures/tiny-model.js";
import { mirroredClip, mirroredText } from "./mirrored.js";

test("columns of a mirror image come in the opposite order, and it is the same image each time", () => {
  const clip = { frames: noisyFrames(2, [3, 2]), secondsPerGrid: 1 };
  const mirrored = mirroredClip(clip);
  const [frame, other] = [clip.frames[1], mirrored.frames[1]];
  for (let row = 0; row < 2; row++)
    for (let column = 0; column < 3; column++) {
      const at = (place: number) => 3 * (3 * row + place);
      expect(other?.data.slice(at(column), at(column) + 3)).toEqual(
        frame?.data.slice(at(2 - column), at(2 - column) + 3),
      );
    }
  expect(other?.timestamp).toBe(frame?.timestamp);
  expect(mirroredClip(clip)).toBe(mirrored);
  expect(mirroredClip({ frames: clip.frames }).frames[1]).toBe(other);
});

test("boxes and directions change sides", () => {
  expect(mirroredText("cow with initial bounding box coordinates [10, 20, 40, 60] at 1.2s", 256)).toBe(
    "cow with initial bounding box coordinates [215, 20, 245, 60] at 1.2s",
  );
  expect(mirroredText("(1) Front|Left. (2) Right. (3) to the left", 256)).toBe(
    "(1) Front|Right. (2) Left. (3) to the right",
  );
});

test("twice mirrored is what it was", () => {
  const word = fc.constantFrom("left", "Right", "bright", "Front|Left", "leftover");
  const number = fc.integer({ min: 0, max: 255 });
  const piece = fc.oneof(
    word,
    fc.tuple(number, number, number, number).map((box) => `[${box.join(", ")}]`),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join(" ");
      expect(mirroredText(mirroredText(text, 256), 256)).toBe(text);
    }),
  );
});
