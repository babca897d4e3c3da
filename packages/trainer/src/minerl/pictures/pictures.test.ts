import { expect, test } from "vitest";
import { drawCursor } from "./cursor.js";
import { resizeLinear } from "./resize-linear.js";

test("a picture of the asked size is the same picture, a flat one stays flat", () => {
  const image = { width: 5, height: 4, data: new Uint8Array(60).fill(77) };
  expect(resizeLinear(image, [4, 5])).toBe(image);
  expect(new Set(resizeLinear(image, [9, 3]).data)).toEqual(new Set([77]));
});

test("the cursor's tip is where the mouse is, and what lies outside is cut off", () => {
  const image = { width: 20, height: 20, data: new Uint8Array(1200).fill(100) };
  drawCursor(image, 15, 18);
  expect(Array.from(image.data.slice(3 * (18 * 20 + 15), 3 * (18 * 20 + 16)))).toEqual([0, 0, 0]);
  expect(image.data.filter((value) => value !== 100)).toHaveLength(9);
  drawCursor(image, 0, 0);
  expect(Array.from(image.data.slice(3 * (2 * 20 + 1), 3 * (2 * 20 + 2)))).toEqual([255, 255, 255]);
});
