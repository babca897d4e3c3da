import fc from "fast-check";
import { expect, test } from "vitest";
import { roundHalfToEven } from "./rounding.js";

test("halves go to the even neighbour", () => {
  expect([0.5, 1.5, 2.5, 3.5, -1.5, -2.5].map(roundHalfToEven)).toEqual([0, 2, 2, 4, -2, -2]);
});

test("everything else goes to the nearest", () => {
  fc.assert(
    fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (number) => {
      expect(Math.abs(roundHalfToEven(number) - number)).toBeLessThanOrEqual(0.5);
    }),
  );
});
