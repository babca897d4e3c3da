import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addDimensions,
  canonicalDimension,
  dimensionTerms,
  divideDimensions,
  equalDimensions,
  multiplyDimensions,
} from "./dimension.js";
import type { Dimension } from "./graph.js";

/** The number a length stands for when each name has a number. */
function evaluate(dimension: Dimension, lengths: Readonly<Record<string, number>>): number {
  if (typeof dimension === "number") return dimension;
  const terms = dimensionTerms(dimension);
  return terms.reduce(
    (sum, { names, factor }) => sum + names.reduce((product, name) => product * (lengths[name] ?? Number.NaN), factor),
    0,
  );
}

const names = ["batch", "past", "sequence"] as const;
const dimension: fc.Arbitrary<Dimension> = fc.letrec<{ node: Dimension }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: 0, max: 9 }),
    fc.constantFrom<Dimension>(...names),
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => addDimensions(a, b)),
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => addDimensions(a, b, -1)),
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => multiplyDimensions(a, b)),
  ),
})).node;
const lengths = fc.record({
  batch: fc.integer({ min: 1, max: 7 }),
  past: fc.integer({ min: 1, max: 7 }),
  sequence: fc.integer({ min: 1, max: 7 }),
});

describe("symbolic lengths", () => {
  test("sums and products agree with numbers put in for the names", () => {
    fc.assert(
      fc.property(dimension, dimension, lengths, (a, b, values) => {
        const [x, y] = [evaluate(a, values), evaluate(b, values)];
        expect(evaluate(addDimensions(a, b), values) + 0).toBe(x + y + 0);
        expect(evaluate(addDimensions(a, b, -1), values) + 0).toBe(x - y + 0);
        expect(evaluate(multiplyDimensions(a, b), values) + 0).toBe(x * y + 0);
      }),
    );
  });

  test("forms are canonical: sums and products commute, and forming again changes nothing", () => {
    fc.assert(
      fc.property(dimension, dimension, (a, b) => {
        expect(addDimensions(a, b)).toBe(addDimensions(b, a));
        expect(multiplyDimensions(a, b)).toBe(multiplyDimensions(b, a));
        expect(canonicalDimension(a)).toBe(a);
      }),
    );
  });

  test("dividing a product by a factor gives the other factor", () => {
    fc.assert(
      fc.property(dimension, fc.constantFrom<Dimension>(...names, 3, "4*batch"), (a, factor) => {
        expect(divideDimensions(multiplyDimensions(a, factor), factor)).toBe(a);
      }),
    );
  });

  test("what does not divide is undefined", () => {
    expect(divideDimensions("batch+1", "batch")).toBeUndefined();
    expect(divideDimensions("3*batch", 2)).toBeUndefined();
    expect(divideDimensions(4, 0)).toBeUndefined();
  });

  test("text is read in any order and refused when it is not a sum of products", () => {
    expect(canonicalDimension("sequence*2*batch+0+1")).toBe("2*batch*sequence+1");
    expect(equalDimensions("past+sequence", "sequence+past")).toBe(true);
    expect(() => canonicalDimension("batch/(2)")).toThrow(/found 'batch\/\(2\)'/);
  });
});

test("dividing a product by one of its factors gives the other, whatever the factors are sums of", () => {
  const term = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.subarray(["batch", "past", "sequence"]));
  const sum = fc
    .array(term, { minLength: 1, maxLength: 4 })
    .map((terms) => terms.map(([factor, symbols]) => [factor, ...symbols].join("*")).join("+"));
  fc.assert(
    fc.property(sum, sum, (a, b) => {
      expect(divideDimensions(multiplyDimensions(a, b), b)).toBe(canonicalDimension(a));
    }),
  );
  expect(divideDimensions("batch*past+1", "batch")).toBeUndefined();
  expect(divideDimensions("4*batch*past+4*batch*sequence", "past+sequence")).toBe("4*batch");
});
