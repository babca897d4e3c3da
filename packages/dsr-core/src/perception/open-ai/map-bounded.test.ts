import fc from "fast-check";
import { expect, test } from "vitest";
import { mapBounded } from "./map-bounded.js";

test("results are in order and never more than the limit is in progress", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(5)), fc.integer({ min: 1, max: 4 }), async (turns, limit) => {
      let inside = 0;
      let most = 0;
      const results = await mapBounded(turns, limit, async (turn) => {
        most = Math.max(most, ++inside);
        for (let i = 0; i < turn; i++) await Promise.resolve();
        inside -= 1;
        return 2 * turn;
      });
      expect(results).toEqual(turns.map((turn) => 2 * turn));
      expect(most).toBeLessThanOrEqual(limit);
    }),
  );
});

test("the first failure aborts the others and starts no more", async () => {
  const started: number[] = [];
  const signals: AbortSignal[] = [];
  const failing = mapBounded([0, 1, 2, 3, 4], 2, async (item, signal) => {
    started.push(item);
    signals.push(signal);
    if (item === 1) throw new Error("broken");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
  await expect(failing).rejects.toThrow("broken");
  expect([started, signals[0]?.aborted]).toEqual([[0, 1], true]);
});
