import fc from "fast-check";
import { expect, test } from "vitest";
import { lossPlot, ticks } from "./loss-plot.js";
import { clock } from "./progress.js";

test("clock times", () => {
  expect([0, 59.4, 65, 7389, -1].map(clock)).toEqual(["0:00", "0:59", "1:05", "2:03:09", "0:00"]);
});

test("a plot without steps, with one, and with losses that are not finite is still a plot", () => {
  expect(lossPlot("a < b", [])).toContain("a &lt; b");
  expect(lossPlot("one", [{ step: 1, loss: 2 }])).toContain("loss 2.0000");
  expect(
    lossPlot("gap", [
      { step: 1, loss: 2 },
      { step: 2, loss: NaN },
    ]),
  ).not.toContain("NaN");
});

test("a plot names the terms of a loss with their last means, and cuts the first steps off above", () => {
  const metrics = Array.from({ length: 200 }, (_, step) => ({
    step: step + 1,
    loss: step === 0 ? 900 : 2,
    terms: { answer: 1.5, "<state>": 0.5 },
  }));
  const plot = lossPlot("terms", metrics);
  expect(plot).toContain(">answer 1.5000</text>");
  expect(plot).toContain(">&lt;state&gt; 0.5000</text>");
  expect(plot).not.toContain(">900</text>");
});

test("ticks lie inside their range, evenly, and are at least two", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      (low, length) => {
        const found = ticks([low, low + length]);
        const slack = length * 1e-6;
        expect(found.length).toBeGreaterThanOrEqual(2);
        expect(found.length).toBeLessThanOrEqual(8);
        for (const tick of found) expect(tick >= low - slack && tick <= low + length + slack).toBe(true);
      },
    ),
  );
});
