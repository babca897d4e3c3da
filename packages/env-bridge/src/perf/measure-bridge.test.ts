// The measurement runs, gives all the keys that are a contract, and its numbers make sense; none of them is judged here.
import { expect, test } from "vitest";
import { measureBridge } from "./measure-bridge.js";
import { percentile } from "./statistics.js";

test("a short run gives every figure", async () => {
  const report = await measureBridge({ seconds: 1 });
  const { roundTrip, sessions64, slowConsumer, realtime } = report;
  expect(Object.keys(roundTrip)).toEqual(["perSecond", "rawPerSecond", "ratio", "p50Ms", "p99Ms"]);
  expect(Object.keys(sessions64)).toEqual(["perSecond", "p99Ms", "rssMB"]);
  expect(Object.keys(slowConsumer)).toEqual(["sentPerSecond", "droppedShare", "rssMB"]);
  for (const part of [roundTrip, sessions64, slowConsumer]) {
    for (const value of Object.values(part)) expect(value).toBeGreaterThan(0);
  }
  expect(slowConsumer.droppedShare).toBeLessThan(1);
  expect(realtime.framesPerSecond).toBeGreaterThan(0);
});

test("times out of range are refused", async () => {
  await expect(measureBridge({ seconds: 0 })).rejects.toThrow(/seconds: expected 1 to 3600/);
});

test("percentiles are nearest ranks", () => {
  const values = [5, 1, 4, 2, 3];
  expect([0, 0.5, 0.99].map((share) => percentile(values, share))).toEqual([1, 3, 5]);
  expect(percentile([], 0.5)).toBeNaN();
});
