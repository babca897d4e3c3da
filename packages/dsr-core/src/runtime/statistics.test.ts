import { expect, test } from "vitest";
import { createRunTimer, percentile } from "./statistics.js";

test("an empty collection reads as zeros", () => {
  expect(createRunTimer().read()).toEqual({ runs: 0, meanMs: 0, p50Ms: 0, p99Ms: 0, lastMs: 0 });
});

test("mean is over all runs, percentiles over the last 1,024", () => {
  const timer = createRunTimer();
  for (let i = 0; i < 1024; i++) timer.add(1000);
  for (let i = 1; i <= 1024; i++) timer.add(i);
  expect(timer.read()).toEqual({ runs: 2048, meanMs: (1000 + 512.5) / 2, p50Ms: 512, p99Ms: 1014, lastMs: 1024 });
});

test("percentiles take the nearest rank", () => {
  expect([0, 0.5, 0.51, 0.99, 1].map((share) => percentile([1, 2, 3, 4], share))).toEqual([1, 2, 3, 4, 4]);
});
