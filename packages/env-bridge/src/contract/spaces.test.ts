import fc from "fast-check";
import { expect, test } from "vitest";
import { float32, int32, ndarray, zeros } from "./ndarray.js";
import { createRandom } from "./random.js";
import {
  type Space,
  box,
  contains,
  dict,
  discrete,
  multiBinary,
  multiDiscrete,
  sample,
  sequence,
  spaceSchema,
  text,
  tuple,
  violationOf,
} from "./spaces.js";

const leaf: fc.Arbitrary<Space> = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -5, max: 5 })).map(([n, start]) => discrete(n, start)),
  fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }).map((nvec) => multiDiscrete(nvec)),
  fc.integer({ min: 1, max: 6 }).map((n) => multiBinary(n)),
  fc.integer({ min: 1, max: 20 }).map((n) => text(n)),
  fc.constantFrom(
    box("uint8", [2, 3], 0, 255),
    box("float32", [4], -1, 1),
    box("float64", [], -Infinity, Infinity),
    box("int64", [2], -3, 3),
    box("bool", [5], 0, 1),
    box("int16", [2], [0, -5], [3, 5]),
  ),
);
const anySpace: fc.Arbitrary<Space> = fc.letrec<{ space: Space }>((tie) => ({
  space: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    leaf,
    fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), tie("space"), { maxKeys: 3 }).map((spaces) => dict(spaces)),
    fc.array(tie("space"), { maxLength: 3 }).map((spaces) => tuple(spaces)),
    tie("space").map((space) => sequence(space, 4)),
  ),
})).space;

test("a sample lies in its space, and equal seeds give equal samples", () => {
  fc.assert(
    fc.property(anySpace, fc.integer(), (space, seed) => {
      const value = sample(space, createRandom(seed));
      expect(violationOf(space, value)).toBeUndefined();
      expect(sample(space, createRandom(seed))).toEqual(value);
    }),
  );
});

test("a space survives its own schema", () => {
  fc.assert(
    fc.property(anySpace, (space) => {
      expect(spaceSchema.parse(space)).toEqual(space);
    }),
  );
});

test.each<[Space, unknown, string]>([
  [
    box("uint8", [2, 2, 3], 0, 255),
    zeros("uint8", [3, 2, 2]),
    "value: expected uint8 [2, 2, 3], found uint8 [3, 2, 2]",
  ],
  [box("float32", [2], 0, 1), float32([0.5, 2]), "value: expected element 1 in [0, 1], found 2"],
  [box("float32", [1], 0, 1), float32([Number.NaN]), "value: expected element 0 in [0, 1], found NaN"],
  [discrete(3), 3, "value: expected an integer in [0, 3), found 3"],
  [discrete(3), "1", "value: expected an integer in [0, 3), found '1'"],
  [multiDiscrete([3, 3]), [0, 1.5], "value[1]: expected an integer in [0, 3), found 1.5"],
  [multiDiscrete([3, 3]), int32([0]), "value: expected 2 integers, found 1"],
  [dict({ a: discrete(2) }), {}, "value.a: expected a value, found none"],
  [dict({ a: discrete(2) }), { a: 1, b: 2 }, "value.b: expected no such key, found 2"],
  [text(3), "four", "value: expected text of 0 to 3 characters, found 'four'"],
  [tuple([discrete(2)]), [], "value: expected a list of 1, found a list of 0"],
  [sequence(discrete(2), 1), [0, 1], "value: expected a list of at most 1, found a list of 2"],
])("says where %j is left", (space, value, message) => {
  expect(violationOf(space, value)).toBe(message);
});

test("multi-discrete values may be integer arrays of any width", () => {
  const space = multiDiscrete([3, 25]);
  expect(contains(space, int32([2, 24]))).toBe(true);
  expect(contains(space, ndarray("int64", [2], BigInt64Array.from([2n, 24n])))).toBe(true);
  expect(contains(space, ndarray("int64", [2], BigInt64Array.from([2n, -1n])))).toBe(false);
  expect(contains(space, float32([2, 24]))).toBe(false);
});

test("an element at its bound lies inside, although float32 rounds both", () => {
  const space = box("float32", [2], -0.05, 0.05);
  expect(contains(space, float32([0.05, -0.05]))).toBe(true);
  expect(contains(space, float32([0.0500001, 0]))).toBe(false);
});
