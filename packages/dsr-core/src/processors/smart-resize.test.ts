import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CoreInputError } from "../errors.js";
import { smartResize } from "./smart-resize.js";

const limits = { factor: 28, minPixels: 784, maxPixels: 230_400 };
const side = fc.integer({ min: 1, max: 4000 });
const size = fc
  .record({ height: side, width: side })
  .filter(({ height, width }) => Math.max(height, width) / Math.min(height, width) <= 200);

describe("smartResize", () => {
  test("sides are multiples of the factor, and never none", () => {
    fc.assert(
      fc.property(size, (given) => {
        const { height, width } = smartResize(given, limits);
        expect([height % 28, width % 28]).toEqual([0, 0]);
        expect(Math.min(height, width)).toBeGreaterThanOrEqual(28);
      }),
    );
  });

  test("pixels keep the limits unless a side is already as short as the factor", () => {
    fc.assert(
      fc.property(size, (given) => {
        const { height, width } = smartResize(given, limits);
        expect(height * width).toBeGreaterThanOrEqual(limits.minPixels);
        if (Math.min(height, width) > 28) expect(height * width).toBeLessThanOrEqual(limits.maxPixels);
      }),
    );
  });

  test("turning the picture turns the result", () => {
    fc.assert(
      fc.property(size, ({ height, width }) => {
        const turned = smartResize({ height: width, width: height }, limits);
        expect(smartResize({ height, width }, limits)).toEqual({ height: turned.width, width: turned.height });
      }),
    );
  });

  test("a size that is already right stays", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 16 }), (rows, columns) => {
        const given = { height: 28 * rows, width: 28 * columns };
        expect(smartResize(given, limits)).toEqual(given);
      }),
    );
  });

  test.each([
    ["no pixels", { height: 0, width: 10 }, limits],
    ["not a number", { height: Number.NaN, width: 10 }, limits],
    ["too long", { height: 1, width: 201 }, limits],
    ["limits the wrong way round", { height: 10, width: 10 }, { ...limits, minPixels: 300_000 }],
    ["half a factor", { height: 10, width: 10 }, { ...limits, factor: 0.5 }],
  ])("%s is refused", (_, given, under) => {
    expect(() => smartResize(given, under)).toThrow(CoreInputError);
  });
});
