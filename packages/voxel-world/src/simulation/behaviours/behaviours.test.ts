import { minedojoNoop, type MinedojoAction } from "@dsr/env-bridge/contract";
import { expect, test } from "vitest";
import { midnight, noon } from "../day-time.js";
import type { Mob } from "../mob.js";
import type { Simulation } from "../simulation.js";
import { flatSimulation, flatTerrain, flatY } from "../fixtures/flat-world.js";

function act(world: Simulation, keys: Partial<MinedojoAction>, ticks = 1): void {
  for (let i = 0; i < ticks; i++) world.tick({ ...minedojoNoop, ...keys });
}

function distance(world: Simulation, mob: Mob): number {
  return Math.sqrt((mob.x - world.player.x) ** 2 + (mob.z - world.player.z) ** 2);
}

/** Ticks until something holds, or undefined. */
function ticksUntil(world: Simulation, limit: number, holds: () => boolean): number | undefined {
  for (let i = 0; i < limit; i++) {
    if (holds()) return i;
    act(world, {});
  }
  return holds() ? limit : undefined;
}

const night = { timeOfDay: midnight, frozenTime: true } as const;

test("a cow strolls in peace and dashes when it is struck", () => {
  const world = flatSimulation();
  const cow = world.addMob("cow", 48.5, flatY, 52.5);
  const fastest = (ticks: number): number => {
    let top = 0;
    for (let i = 0; i < ticks; i++) {
      const { x, z } = cow;
      act(world, {});
      top = Math.max(top, Math.sqrt((cow.x - x) ** 2 + (cow.z - z) ** 2));
    }
    return top;
  };
  // 0.2 · 0.2 · 0.98 / (1 − 0.546) = 0.0863 m a tick, and four times that in panic
  expect(fastest(600)).toBeCloseTo(0.0863, 3);
  world.strikeMob(cow, 1);
  expect(cow.panicTicks).toBe(100);
  expect(fastest(90)).toBeGreaterThan(0.3);
  act(world, {}, 20);
  expect(cow.panicTicks).toBe(0);
});

test("a chicken flutters down unharmed and lays an egg when it is time", () => {
  const world = flatSimulation();
  const chicken = world.addMob("chicken", 52.5, flatY + 12, 52.5);
  const fall = ticksUntil(world, 200, () => chicken.onGround);
  expect(fall).toBeGreaterThan(60);
  expect(chicken.health).toBe(4);
  chicken.kindTicks = 1;
  act(world, {});
  expect(world.items.map(({ item }) => item)).toEqual(["egg"]);
  expect(chicken.kindTicks).toBeGreaterThanOrEqual(6000);
});

test("a zombie sees, chases and strikes", () => {
  const world = flatSimulation(night);
  const zombie = world.addMob("zombie", 48.5, flatY, 62.5);
  expect(ticksUntil(world, 200, () => zombie.target === world.player)).toBeDefined();
  const start = distance(world, zombie);
  act(world, {}, 40);
  // 0.23 attribute: 2.28 m/s
  expect(start - distance(world, zombie)).toBeCloseTo(4.5, 0);
  expect(ticksUntil(world, 300, () => world.player.health < 20)).toBeDefined();
});

test("a wall hides the player from a zombie", () => {
  const wall = [];
  for (let x = 30; x < 66; x++) for (let y = 0; y < 4; y++) wall.push([x, flatY + y, 55, "stone"] as const);
  const world = flatSimulation({ ...night, terrain: flatTerrain("plains", wall) });
  const zombie = world.addMob("zombie", 48.5, flatY, 60.5);
  expect(ticksUntil(world, 100, () => zombie.target !== undefined)).toBeUndefined();
});

test("the sun burns a zombie, night does not", () => {
  const day = flatSimulation({ timeOfDay: noon });
  const zombie = day.addMob("zombie", 70.5, flatY, 70.5);
  expect(ticksUntil(day, 600, () => zombie.isDead)).toBeDefined();
  expect(day.kills.get("zombie")).toBeUndefined();
  const dark = flatSimulation(night);
  const other = dark.addMob("zombie", 70.5, flatY, 70.5);
  act(dark, {}, 100);
  expect(other.fireTicks).toBe(0);
});

test("a spider is calm by day, and hunts and leaps by night", () => {
  const day = flatSimulation({ timeOfDay: noon, frozenTime: true });
  const calm = day.addMob("spider", 48.5, flatY, 54.5);
  act(day, {}, 100);
  expect(calm.target).toBeUndefined();
  day.strikeMob(calm, 1);
  expect(calm.target).toBe(day.player);

  const dark = flatSimulation(night);
  const hunter = dark.addMob("spider", 48.5, flatY, 56.5);
  expect(ticksUntil(dark, 200, () => hunter.velocityY > 0.2 && distance(dark, hunter) < 4.2)).toBeDefined();
  expect(ticksUntil(dark, 200, () => dark.player.health < 20)).toBeDefined();
});

test("a spider climbs a wall", () => {
  const wall = [];
  for (let x = 40; x < 57; x++) for (let y = 0; y < 3; y++) wall.push([x, flatY + y, 52, "stone"] as const);
  const world = flatSimulation({ ...night, terrain: flatTerrain("plains", wall) });
  const spider = world.addMob("spider", 48.5, flatY, 55.5);
  spider.target = world.player;
  expect(ticksUntil(world, 60, () => spider.y > flatY + 2.5)).toBeDefined();
});

test("zombie pigmen are neutral until one is struck, then all near are angry", () => {
  const world = flatSimulation();
  const herd = [52.5, 54.5, 56.5].map((z) => world.addMob("zombie_pigman", 48.5, flatY, z));
  const far = world.addMob("zombie_pigman", 5.5, flatY, 5.5);
  act(world, {}, 100);
  expect(herd.some((mob) => mob.target !== undefined)).toBe(false);
  const [struck] = herd;
  if (struck) world.strikeMob(struck, 1);
  expect(herd.every((mob) => mob.target === world.player && mob.angerTicks >= 400)).toBe(true);
  expect(far.target).toBeUndefined();
});

test("an enderman is angered by a look into its eyes, and only by that", () => {
  const world = flatSimulation(night);
  const enderman = world.addMob("enderman", 48.5, flatY, 58.5);
  const stay = (): void => enderman.placeAt(48.5, flatY, 58.5);
  world.player.turn(0, 15);
  for (let i = 0; i < 60; i++) {
    stay();
    act(world, {});
  }
  expect(enderman.target).toBeUndefined();
  // the eyes are 0.93 m above the player's at ten metres: 5.3 degrees up
  world.player.turn(0, -20.3);
  for (let i = 0; i < 8; i++) {
    stay();
    act(world, {});
  }
  expect(enderman.target).toBe(world.player);
});

test("a struck enderman teleports half of the time, and water drives it away", () => {
  const world = flatSimulation(night);
  let jumps = 0;
  for (let i = 0; i < 100; i++) {
    const enderman = world.addMob("enderman", 48.5, flatY, 52.5);
    world.strikeMob(enderman, 1);
    if (Math.abs(enderman.z - 52.5) > 0.1 || Math.abs(enderman.x - 48.5) > 0.1) jumps++;
    world.mobs.length = 0;
  }
  expect(jumps).toBeGreaterThan(30);
  expect(jumps).toBeLessThan(70);
  const wet = flatSimulation({ ...night, terrain: flatTerrain("plains", [[60, flatY, 60, "water"]]) });
  const enderman = wet.addMob("enderman", 60.5, flatY, 60.5);
  act(wet, {}, 2);
  expect(enderman.health).toBeLessThan(40);
  expect(Math.abs(enderman.x - 60.5) + Math.abs(enderman.z - 60.5)).toBeGreaterThan(0.9);
});

test("animals keep off cliffs, water and lava", () => {
  const blocks = [];
  for (let x = 44; x <= 52; x++) {
    for (let z = 44; z <= 52; z++) {
      const isRim = x === 44 || x === 52 || z === 44 || z === 52;
      if (isRim) blocks.push([x, flatY - 1, z, x === 44 ? "lava" : "water"] as const);
    }
  }
  const world = flatSimulation({ terrain: flatTerrain("plains", blocks) });
  world.player.placeAt(80.5, flatY, 80.5);
  const cow = world.addMob("cow", 48.5, flatY, 48.5);
  for (let i = 0; i < 400; i++) {
    if (i % 50 === 0) cow.panicTicks = 50;
    act(world, {});
    expect(cow.inWater || cow.inLava).toBe(false);
  }
});

test("bodies push each other apart", () => {
  const world = flatSimulation();
  const one = world.addMob("cow", 60.5, flatY, 60.5);
  const two = world.addMob("cow", 60.7, flatY, 60.5);
  act(world, {}, 30);
  expect(Math.abs(one.x - two.x)).toBeGreaterThan(0.8);
});
