import { expect, test } from "vitest";
import { measureWorld } from "./measure-world.js";

test("every figure of the report was measured", () => {
  const { rgb64, full160x256, physics, reference } = measureWorld({ seconds: 0.05 });
  for (const rate of [rgb64, full160x256, physics, reference.rgb64, reference.full160x256]) {
    expect(rate.steps).toBeGreaterThan(0);
    expect(rate.stepsPerSecond).toBeGreaterThan(0);
    expect(Number.isFinite(rate.stepsPerSecond)).toBe(true);
    expect(rate.resetMs).toBeGreaterThan(0);
  }
});
