import fc from "fast-check";
import { expect, test } from "vitest";
import { drawIndex, largestIndex, logProbability, softmax } from "./probabilities.js";

const logits = fc.float32Array({ minLength: 1, maxLength: 20, noNaN: true, min: -80, max: 80 });

test("probabilities add up to 1 and their logarithms are those of single indices", () => {
  fc.assert(
    fc.property(logits, (scores) => {
      const probabilities = softmax(scores);
      // sums of up to 20 doubles near 1
      expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      for (const [index, probability] of probabilities.entries())
        expect(Math.exp(logProbability(scores, index))).toBeCloseTo(probability, 12);
      expect(probabilities[largestIndex(scores)]).toBe(Math.max(...probabilities));
    }),
  );
});

test("drawing follows the distribution: chances in a share's place give its index", () => {
  fc.assert(
    fc.property(logits, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (scores, chance) => {
      const index = drawIndex(scores, 1, chance);
      const probabilities = softmax(scores);
      const before = probabilities.slice(0, index).reduce((a, b) => a + b, 0);
      expect(before).toBeLessThanOrEqual(chance + 1e-9); // sums in another order
      expect(before + (probabilities[index] ?? 0)).toBeGreaterThanOrEqual(chance - 1e-9);
    }),
  );
  expect(drawIndex(Float32Array.of(0, 10, 0), 0.01, 0.999)).toBe(1);
  expect(
    drawIndex(Float32Array.of(4.301344233681448e-6, -4.1382424598168654e-8, 0, 0, 0, 0), 1, 0.9999999999999998),
  ).toBe(5);
});
