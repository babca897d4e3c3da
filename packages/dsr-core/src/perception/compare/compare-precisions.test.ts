import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { convertModel, makeRandomModel } from "../../conversion/index.js";
import { comparePrecisions } from "./compare-precisions.js";
import { wanderingSquares } from "./wandering-squares.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-compare-"));
  await makeRandomModel({ name: "tiny", target: join(folder, "checkpoint") });
  const precision = ["fp32", "fp16", "q4"] as const;
  await convertModel({ source: join(folder, "checkpoint"), target: join(folder, "set"), precision });
});
afterAll(() => rm(folder, { recursive: true }));

test("a format agrees with itself, half precision nearly, four bits less", async () => {
  const options = { questions: 12, frames: 4, image: [56, 56], device: "cpu" } as const;
  const [same, half, quarter] = await comparePrecisions(join(folder, "set"), {
    ...options,
    precisions: ["fp32", "fp32", "fp16", "q4"],
  });
  expect(same).toMatchObject({ maxLogitDifference: 0, maxProbabilityDifference: 0, agreement: 1, questions: 12 });
  expect(half?.maxLogitDifference).toBeGreaterThan(0);
  // half precision keeps 11 bits: a few thousandths of the logits' spread
  expect(half?.rmsLogitDifference).toBeLessThan(0.02 * (half?.logitSpread ?? 0));
  expect(quarter?.rmsLogitDifference).toBeGreaterThan(2 * (half?.rmsLogitDifference ?? 0));
  expect(quarter?.rmsLogitDifference).toBeLessThan(quarter?.logitSpread ?? 0);
});

test("the same seed asks the same, another seed something else", () => {
  const options = { questions: 20, frames: 4, image: [28, 42] } as const;
  const [a, b, c] = [1, 1, 2].map((seed) => wanderingSquares({ ...options, seed }));
  expect(a).toEqual(b);
  expect(a?.map(({ question }) => question)).not.toEqual(c?.map(({ question }) => question));
  expect(new Set(a?.map(({ clip }) => clip)).size).toBe(3);
});
