import fc from "fast-check";
import { expect, test } from "vitest";
import { float32 } from "../ndarray.js";
import { createRandom } from "../random.js";
import { contains, sample } from "../spaces.js";
import { clipAction, continuousActionSpace, denormalizeAction, normalizeAction } from "./continuous.js";
import {
  binDegrees,
  cameraBin,
  decodeMinedojoAction,
  encodeMinedojoAction,
  minedojoActionSpace,
  minedojoCraftItems,
} from "./minedojo.js";
import { minedojoCraftItemNames } from "./minedojo-craft-items.js";
import { decodeMinerlAction, encodeMinerlAction, minerlActionSpace, minerlDialects } from "./minerl.js";

test("MineDojo's space and no-op are those of version 0.1", () => {
  expect(minedojoActionSpace().nvec).toEqual([3, 3, 4, 25, 25, 8, 244, 36]);
  expect(encodeMinedojoAction({})).toEqual([0, 0, 0, 12, 12, 0, 0, 0]);
  expect(minedojoCraftItemNames).toHaveLength(minedojoCraftItems);
  expect(minedojoCraftItemNames.slice(224, 232)).toContain("cooked_beef");
});

test.each([15, 5, 1, 30])("every MineDojo action of interval %d° decodes and encodes to itself", (interval) => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const action = sample(minedojoActionSpace(interval), createRandom(seed)) as number[];
      expect(encodeMinedojoAction(decodeMinedojoAction(action, interval), interval)).toEqual(action);
    }),
  );
});

test("camera bins are degrees from the neutral one", () => {
  expect([binDegrees(0), binDegrees(12), binDegrees(24)]).toEqual([-180, 0, 180]);
  expect([cameraBin(-180), cameraBin(7.4), cameraBin(1000)]).toEqual([0, 12, 24]);
  expect(() => minedojoActionSpace(7)).toThrow("expected degrees that divide 180, found 7");
});

test("conflicting keys: opposites cancel, jump wins, sneak and sprint cancel", () => {
  expect(encodeMinedojoAction({ forward: true, back: true, left: true, right: true }).slice(0, 2)).toEqual([0, 0]);
  expect(encodeMinedojoAction({ jump: true, sneak: true, sprint: true })[2]).toBe(1);
  expect(encodeMinedojoAction({ sneak: true, sprint: true })[2]).toBe(0);
});

test("an action outside the space is refused by element", () => {
  expect(() => decodeMinedojoAction([0, 0, 0, 12, 25, 0, 0, 0])).toThrow(
    "action[4]: expected an integer in [0, 25), found 25",
  );
});

test.each(minerlDialects)("MineRL's %s dictionaries decode and encode to themselves", (dialect) => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const space = minerlActionSpace(dialect);
      const value = sample(space, createRandom(seed)) as Record<string, number>;
      for (let slot = 2; slot <= 9; slot++) if (`hotbar.${slot}` in value) value[`hotbar.${slot}`] = 0;
      for (const key of ["place", "equip", "craft", "nearbyCraft", "nearbySmelt"]) {
        if (key in value && String(value[key]) === "") Object.assign(value, { [key]: "none" });
      }
      expect(contains(space, value)).toBe(true);
      expect(encodeMinerlAction(decodeMinerlAction(value, dialect), dialect)).toEqual(value);
    }),
  );
});

test("continuous actions scale to [−1, 1] and back, and are clipped to their bounds", () => {
  const space = continuousActionSpace([-2, 0], [2, 10]);
  fc.assert(
    fc.property(fc.double({ min: -2, max: 2, noNaN: true }), fc.double({ min: 0, max: 10, noNaN: true }), (a, b) => {
      const back = denormalizeAction(space, normalizeAction(space, float32([a, b])));
      // float32 keeps 24 bits; two roundings of values up to 10
      expect(Math.abs((back.data[0] ?? 0) - a)).toBeLessThan(1e-6);
      expect(Math.abs((back.data[1] ?? 0) - b)).toBeLessThan(2e-6);
    }),
  );
  expect(clipAction(space, [9, -9])).toEqual(float32([2, 0]));
  expect(() => continuousActionSpace([0], [0])).toThrow("expected finite low < high");
  expect(() => clipAction(space, [1])).toThrow("expected 2 numbers, found 1");
  expect(() => clipAction(space, [Number.NaN, 0])).toThrow("action[0]: expected a finite number, found NaN");
});
