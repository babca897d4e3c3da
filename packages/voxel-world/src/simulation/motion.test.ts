import { minedojoNoop, type MinedojoAction } from "@dsr/env-bridge/contract";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isFree, moveBody } from "./collisions.js";
import { PhysicalBody } from "./physical-body.js";
import { gravity, verticalDrag } from "./travel.js";
import type { Simulation } from "./simulation.js";
import { flatSimulation, flatSize, flatTerrain, flatY } from "./fixtures/flat-world.js";

const ticksPerSecond = 20;

function hold(world: Simulation, keys: Partial<MinedojoAction>, ticks: number): void {
  for (let i = 0; i < ticks; i++) world.tick({ ...minedojoNoop, ...keys });
}

/** Metres a second after the speed has settled. */
function steadySpeed(keys: Partial<MinedojoAction>): number {
  const world = flatSimulation();
  hold(world, keys, 30);
  const { x, z } = world.player;
  hold(world, keys, ticksPerSecond);
  return Math.sqrt((world.player.x - x) ** 2 + (world.player.z - z) ** 2);
}

// Speeds of Minecraft 1.11's player, three decimals.
test.each([
  ["walks at 4.317 m/s", { forward: true }, 4.317],
  ["sprints at 5.612 m/s", { forward: true, sprint: true }, 5.612],
  ["sneaks at 1.295 m/s", { forward: true, sneak: true }, 1.295],
  ["walks backwards at 4.317 m/s", { back: true }, 4.317],
])("the player %s", (_, keys, speed) => {
  expect(steadySpeed(keys)).toBeCloseTo(speed, 3);
});

test("a diagonal walk is not faster than its input, and left is left", () => {
  const world = flatSimulation();
  hold(world, { left: true }, 20);
  expect(world.player.x).toBeGreaterThan(50);
  expect(steadySpeed({ forward: true, left: true })).toBeLessThan(4.5);
});

test("a jump rises 1.2522 m and lands again", () => {
  const world = flatSimulation();
  let top = 0;
  for (let i = 0; i < 20; i++) {
    hold(world, { jump: i === 0 }, 1);
    top = Math.max(top, world.player.y - flatY);
  }
  // 0.42 + 0.3332 + … with drag 0.98 and gravity 0.08
  expect(top).toBeCloseTo(1.2522, 3);
  expect(world.player.onGround).toBe(true);
  expect(world.player.y).toBe(flatY);
});

test("a fall approaches 3.92 m a tick", () => {
  let speed = 0;
  for (let i = 0; i < 2000; i++) speed = (speed - gravity) * verticalDrag;
  expect(speed).toBeCloseTo(-3.92, 2);
});

test.each([
  [3, 20],
  [4, 19],
  [8, 15],
])("a fall of %i m leaves %i half hearts", (metres, life) => {
  const world = flatSimulation();
  world.player.placeAt(48.5, flatY + metres, 48.5);
  world.player.onGround = false;
  while (!world.player.onGround) hold(world, {}, 1);
  expect(world.player.health).toBeCloseTo(life, 0);
});

test("the player is stopped by a wall and gets over a block by a jump", () => {
  const wall = flatSimulation({
    terrain: flatTerrain("plains", [
      [48, flatY, 50, "stone"],
      [48, flatY + 1, 50, "stone"],
    ]),
  });
  hold(wall, { forward: true, jump: true }, 60);
  expect(wall.player.z).toBeCloseTo(49.7, 6);
  const stair = Array.from({ length: 8 }, (_, i) => [48, flatY, 50 + i, "stone"] as const);
  const step = flatSimulation({ terrain: flatTerrain("plains", stair) });
  hold(step, { forward: true, jump: true }, 30);
  expect(step.player.z).toBeGreaterThan(50.3);
  expect(step.player.y).toBeGreaterThanOrEqual(flatY + 1);
});

test("a sneaking player stays on its block", () => {
  const pillar = flatTerrain(
    "plains",
    [48, 49].map((z) => [48, flatY, z, "stone"] as const),
  );
  const world = flatSimulation({ terrain: pillar });
  world.player.placeAt(48.5, flatY + 1, 48.5);
  world.player.onGround = true;
  hold(world, { forward: true, sneak: true }, 80);
  expect(world.player.y).toBe(flatY + 1);
  hold(world, { forward: true }, 20);
  expect(world.player.y).toBe(flatY);
});

test("water slows and carries, lava burns, the border holds", () => {
  const pool = [];
  for (let z = 49; z < 60; z++) for (let y = 1; y < flatY; y++) pool.push([48, y, z, "water"] as const);
  const wet = flatSimulation({ terrain: flatTerrain("plains", pool) });
  hold(wet, { forward: true }, 30);
  expect(wet.player.inWater).toBe(true);
  const { z } = wet.player;
  hold(wet, { forward: true, jump: true }, 20);
  expect(wet.player.z - z).toBeLessThan(2.5);
  expect(wet.player.y).toBeGreaterThan(flatY - 1.5);

  const lava = flatSimulation({ terrain: flatTerrain("plains", [[48, flatY, 48, "lava"]]) });
  hold(lava, {}, 2);
  expect(lava.player.health).toBe(16);

  const far = flatSimulation();
  hold(far, { forward: true, sprint: true }, 400);
  expect(far.player.z).toBeCloseTo(flatSize - 1 - far.player.halfWidth, 6);
});

test("no move ever ends inside a block", () => {
  const { grid } = flatTerrain();
  const cell = fc.record({
    x: fc.integer({ min: 44, max: 52 }),
    y: fc.integer({ min: 4, max: 9 }),
    z: fc.integer({ min: 44, max: 52 }),
  });
  const push = fc.double({ min: -1.5, max: 1.5, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(cell, { maxLength: 60 }),
      fc.array(fc.tuple(push, push, push), { maxLength: 25 }),
      (cells, pushes) => {
        const changed = cells.filter(({ x, z }) => x !== 48 || z !== 48);
        for (const { x, y, z } of changed) grid.set(x, y, z, 1);
        const body = new PhysicalBody(0.6, 1.8);
        body.placeAt(48.5, flatY, 48.5);
        for (const [dx, dy, dz] of pushes) {
          body.velocityX = dx;
          body.velocityY = dy;
          body.velocityZ = dz;
          moveBody(grid, body);
          expect(isFree(grid, body.x, body.y, body.z, body.halfWidth, body.height)).toBe(true);
        }
        for (const { x, y, z } of changed) grid.set(x, y, z, 0);
      },
    ),
    { numRuns: 200 },
  );
});
