import type { RgbImage } from "@dsr/dsr-core/video";
import { createRandom } from "@dsr/env-bridge/contract";
import { expect, test } from "vitest";
import type { Turn } from "../preparation/camera-turns.js";
import { inventedDemonstration } from "../testing.js";
import { type DecisionFigures, DecisionTally, decisionsAt } from "./decisions.js";
import { changeBetween, motionLag, thumbnail } from "./motion-lag.js";

function figuresOf(demonstration: ReturnType<typeof inventedDemonstration>): ReadonlyMap<string, DecisionFigures> {
  const figures = decisionsAt(15).map((decision) => {
    const tally = new DecisionTally(decision);
    tally.add(demonstration);
    return tally.figures();
  });
  return new Map(figures.map((one) => [one.name, one]));
}

/** A hand that sways: speeds of a few degrees a step that change slowly, as mice do. */
function swaying(steps: number): readonly Turn[] {
  const random = createRandom("swaying hand");
  let [pitch, yaw] = [0, 0];
  return Array.from({ length: steps }, () => {
    pitch = 0.9 * pitch + random.uniform(-0.5, 0.5);
    yaw = 0.95 * yaw + random.uniform(-1, 1);
    return { pitch, yaw };
  });
}

test("a swaying hand: rounding keeps nothing, the ceiling invents, the carried residual keeps nearly all", () => {
  const figures = figuresOf(inventedDemonstration(swaying(3000)));
  const kept = (name: string): number => figures.get(name)?.cameraKept ?? NaN;
  const carried = kept("residual carried");
  console.log(`swaying hand: rounding keeps ${kept("plain rounding")}, the carried residual ${carried}`);
  expect(kept("plain rounding")).toBeLessThan(0.01);
  expect(carried).toBeGreaterThanOrEqual(0.95);
  expect(kept("finer interval (5°)")).toBeGreaterThan(0.95);
  expect(figures.get("residual carried")?.largestDrift).toBeLessThanOrEqual(7.5 + 1e-9);
  expect(figures.get("MineDojo's ceil")?.cameraInvented).toBeGreaterThan(1);
  expect(figures.get("null actions dropped")?.cameraKept).toBe(carried);
  expect(figures.get("idle targets dropped")?.cameraKept).toBe(carried);
});

test("presses: a press survives when one of its steps does", () => {
  const actions = [
    { attack: true },
    { attack: true, use: true },
    {},
    { use: true },
    { forward: true, back: true },
    { forward: true },
    { jump: true, sneak: true },
    {},
  ];
  const figures = figuresOf(inventedDemonstration(actions));
  // attack, use (beside attack), use, forward (cancelled, then alone), back, jump, sneak (beside jump)
  expect(figures.get("residual carried")?.pressesKept).toBeCloseTo(4 / 7, 12);
  expect(figures.get("every 4th, others dropped")?.pressesKept).toBeCloseTo(1 / 7, 12);
  expect(figures.get("every 4th, others dropped")?.stepsKept).toBe(2 / 8);
  expect(figures.get("null actions dropped")?.stepsKept).toBe(6 / 8);
  const still = figuresOf(inventedDemonstration([{}])).get("residual carried");
  expect(still).toMatchObject({ cameraKept: null, cameraInvented: null, pressesKept: null, largestDrift: 0 });
});

/** A striped wall seen at an angle. */
function wall(yaw: number): RgbImage {
  const data = new Uint8Array(64 * 64 * 3);
  for (let i = 0; i < 64 * 64; i++) {
    const angle = (i % 64) * 1.1 + yaw;
    data.fill(128 + 90 * Math.sin(angle / 9) + 30 * Math.sin(angle / 3.7), 3 * i, 3 * i + 3);
  }
  return { width: 64, height: 64, data };
}

test.each([-2, -1, 0, 1, 3])("pictures that are late by %i are found out", (late) => {
  const random = createRandom("looking around", late);
  const turns = Array.from({ length: 120 }, () => ({
    pitch: 0,
    yaw: random.integer(3) === 0 ? random.uniform(-9, 9) : 0,
  }));
  const headings = [0];
  for (const { yaw } of turns) headings.push((headings.at(-1) ?? 0) + yaw);
  const thumbnails = turns.map((_, i) => thumbnail(wall(headings[Math.min(Math.max(i - late, 0), 120)] ?? 0)));
  const changes = thumbnails.slice(1).map((next, i) => changeBetween(thumbnails[i] ?? next, next));
  expect(motionLag(turns, changes).lag).toBe(late);
});

test("where nothing moves the lag is not known", () => {
  const still = Array.from({ length: 50 }, () => ({ pitch: 0, yaw: 0 }));
  expect(
    motionLag(
      still,
      still.map(() => 0),
    ),
  ).toMatchObject({ lag: null });
});
