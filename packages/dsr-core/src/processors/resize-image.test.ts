import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CoreInputError } from "../errors.js";
import type { RgbImage } from "../video/color.js";
import { createImageResizer, resizeImage } from "./resize-image.js";

const side = fc.integer({ min: 1, max: 24 });
const picture = fc.record({ width: side, height: side }).chain(({ width, height }) =>
  fc.record({
    width: fc.constant(width),
    height: fc.constant(height),
    data: fc.uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 }),
  }),
);

function mirrored({ width, height, data }: RgbImage): RgbImage {
  const out = new Uint8Array(data.length);
  for (let i = 0; i < width * height; i++) {
    const to = Math.floor(i / width) * width + (width - 1 - (i % width));
    out.set(data.subarray(3 * i, 3 * i + 3), 3 * to);
  }
  return { width, height, data: out };
}

describe("resizeImage", () => {
  test("a flat colour stays that colour", () => {
    fc.assert(
      fc.property(side, side, side, side, fc.nat(255), (width, height, w, h, level) => {
        const data = new Uint8Array(width * height * 3).fill(level);
        const found = resizeImage({ width, height, data }, { width: w, height: h });
        expect(found.data.length).toBe(w * h * 3);
        // each of up to 96 rounded weights may be half a step of 2⁻¹⁴ off
        for (const byte of found.data) expect(Math.abs(byte - level)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("the same size gives the same bytes", () => {
    fc.assert(
      fc.property(picture, (image) => {
        expect(resizeImage(image, image).data).toEqual(image.data);
      }),
    );
  });

  test("a mirrored picture gives the mirrored result", () => {
    fc.assert(
      fc.property(picture, side, side, (image, width, height) => {
        const found = mirrored(resizeImage(mirrored(image), { width, height }));
        expect(found).toEqual(resizeImage(image, { width, height }));
      }),
    );
  });

  test("a resizer takes one size only", () => {
    const resize = createImageResizer({ width: 4, height: 4 }, { width: 2, height: 2 });
    expect(() => resize({ width: 4, height: 5, data: new Uint8Array(60) })).toThrow(CoreInputError);
  });
});
