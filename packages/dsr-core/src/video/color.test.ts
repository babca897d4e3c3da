import fc from "fast-check";
import { expect, test } from "vitest";
import { even, i420ToRgb, rgbToI420 } from "./color.js";

test("a flat colour survives the round trip within rounding", () => {
  fc.assert(
    fc.property(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)), ([r, g, b]) => {
      const data = Uint8Array.from({ length: 4 * 4 * 3 }, (_, i) => [r, g, b][i % 3] ?? 0);
      const back = i420ToRgb(rgbToI420({ width: 4, height: 4, data }), 4, 4).data;
      // 8-bit limited-range YUV has about 2 grey levels a step in blue
      for (let i = 0; i < data.length; i++) expect(Math.abs((back[i] ?? 0) - (data[i] ?? 0))).toBeLessThanOrEqual(3);
    }),
  );
});

test("black and white use the limited range", () => {
  const black = rgbToI420({ width: 2, height: 2, data: new Uint8Array(12) });
  const white = rgbToI420({ width: 2, height: 2, data: new Uint8Array(12).fill(255) });
  expect([...black]).toEqual([16, 16, 16, 16, 128, 128]);
  expect([...white]).toEqual([235, 235, 235, 235, 128, 128]);
});

test("odd sizes are extended by repetition", () => {
  const data = Uint8Array.from({ length: 3 * 3 * 3 }, (_, i) => i * 9);
  const planes = rgbToI420({ width: 3, height: 3, data });
  expect(planes.length).toBe((even(3) * even(3) * 3) / 2);
  expect(planes[3]).toBe(planes[2]);
  expect(planes[15]).toBe(planes[10]);
});
