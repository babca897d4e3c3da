import fc from "fast-check";
import { expect, test } from "vitest";
import { quantile } from "../metrics/quantile.js";
import { interquartileMean, meanOf, standardDeviation, stratifiedBootstrap, wilsonInterval } from "./statistics.js";

test("Wilson's interval at known values", () => {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3
  const known: [number, number, number, number][] = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ];
  for (const [successes, trials, low, high] of known) {
    const found = wilsonInterval(successes, trials);
    expect(found[0]).toBeCloseTo(low, 4);
    expect(found[1]).toBeCloseTo(high, 4);
  }
  expect(wilsonInterval(0, 0)).toEqual([0, 1]);
});

test("Wilson's interval solves its defining equation, holds the rate and is symmetric", () => {
  const counts = fc
    .integer({ min: 1, max: 2000 })
    .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
  fc.assert(
    fc.property(counts, ([successes, trials]) => {
      const rate = successes / trials;
      const [low, high] = wilsonInterval(successes, trials);
      expect(low).toBeLessThanOrEqual(rate);
      expect(high).toBeGreaterThanOrEqual(rate);
      const mirrored = wilsonInterval(trials - successes, trials);
      expect(1 - mirrored[1]).toBeCloseTo(low, 12);
      // the ends are where the score test is just not rejected: |p̂ − p| = z √(p(1 − p)/n)
      for (const end of [low, high]) {
        const margin = 1.959963984540054 * Math.sqrt((end * (1 - end)) / trials);
        expect(Math.abs(rate - end)).toBeCloseTo(margin, 9);
      }
    }),
  );
});

test("mean and standard deviation with both ddof", () => {
  // Python's statistics.stdev and pstdev
  expect(standardDeviation([64.5, 12.1, 80.5])).toBeCloseTo(35.777833, 5);
  expect(standardDeviation([64.5, 12.1, 80.5], 0)).toBeCloseTo(29.212478, 5);
  expect(standardDeviation([1], 1)).toBeNull();
  expect(standardDeviation([1], 0)).toBe(0);
  expect(meanOf([])).toBeNull();
});

test("the interquartile mean is scipy's trim_mean(0.25)", () => {
  expect(interquartileMean([1, 2, 3, 4])).toBe(2.5);
  expect(interquartileMean([0, 0, 1, 2, 3, 100, 100])).toBeCloseTo((0 + 1 + 2 + 3 + 100) / 5, 12);
  expect(interquartileMean([])).toBeNull();
});

test("quantiles are NumPy's", () => {
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
  expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75);
  expect(quantile([], 0.5)).toBeNaN();
});

test("the bootstrap repeats itself, holds the mean, and narrows with more episodes", () => {
  const strata = (n: number): number[][] =>
    [0, 1, 2].map((s) => Array.from({ length: n }, (_, i) => ((i + s) % 3 ? 0 : 1)));
  const few = stratifiedBootstrap(strata(12));
  const many = stratifiedBootstrap(strata(300));
  expect(stratifiedBootstrap(strata(12))).toEqual(few);
  if (few === null || many === null) throw new Error("expected intervals");
  for (const [low, high] of [few, many]) {
    expect(low).toBeLessThan(1 / 3);
    expect(high).toBeGreaterThan(1 / 3);
  }
  expect(many[1] - many[0]).toBeLessThan((few[1] - few[0]) / 3);
  // the normal approximation at p = 1/3, n = 900: ± 1.96 √(p(1 − p)/n) = ± 0.0308
  expect((many[1] - many[0]) / 2).toBeCloseTo(0.0308, 2);
});

test("the bootstrap keeps strata apart: seeds without any variation have an interval of no width", () => {
  expect(stratifiedBootstrap([[0, 0, 0], [1, 1, 1], []])).toEqual([0.5, 0.5]);
  expect(stratifiedBootstrap([[], []])).toBeNull();
});
