import { minedojoNoop, type MinedojoAction } from "@dsr/env-bridge/contract";
import fc from "fast-check";
import { expect, test } from "vitest";
import { attackDamage, attackStrength, damageAfterArmour } from "./combat.js";
import type { Simulation } from "./simulation.js";
import { flatSimulation, flatTerrain, flatY } from "./fixtures/flat-world.js";

function act(world: Simulation, keys: Partial<MinedojoAction>, ticks = 1): void {
  for (let i = 0; i < ticks; i++) world.tick({ ...minedojoNoop, ...keys });
}

function armed(sword = "diamond_sword"): Simulation {
  const world = flatSimulation();
  world.player.inventory.slots[0] = { name: sword, quantity: 1, wear: 0 };
  return world;
}

function dress(world: Simulation, material: string): void {
  const { worn } = world.player.inventory;
  worn.feet = { name: `${material}_boots`, quantity: 1, wear: 0 };
  worn.legs = { name: `${material}_leggings`, quantity: 1, wear: 0 };
  worn.chest = { name: `${material}_chestplate`, quantity: 1, wear: 0 };
  worn.head = { name: `${material}_helmet`, quantity: 1, wear: 0 };
}

test("an attack regains its strength over the weapon's cooldown", () => {
  expect(attackStrength(12, 1.6)).toBe(1);
  expect(attackStrength(0, 1.6)).toBeCloseTo(0.04, 6);
  expect(attackDamage(7, 1, false)).toBe(7);
  expect(attackDamage(7, 1, true)).toBe(10.5);
  expect(attackDamage(7, 0.5, false)).toBeCloseTo(7 * 0.4, 9);
});

// Minecraft 1.11's formula by hand: 1 − clamp(points − damage / (2 + toughness / 4), points / 5, 20) / 25
test.each([
  [3, 20, 8, 3 * (1 - 19.25 / 25)],
  [3, 7, 0, 3 * (1 - 5.5 / 25)],
  [9, 7, 0, 9 * (1 - 2.5 / 25)],
  [40, 15, 0, 40 * (1 - 3 / 25)],
  [5, 0, 0, 5],
])("%i damage against %i points and toughness %i", (damage, points, toughness, left) => {
  expect(damageAfterArmour(damage, points, toughness)).toBeCloseTo(left, 9);
});

test("armour never heals, and never hurts more than none", () => {
  const number = (max: number): fc.Arbitrary<number> => fc.double({ min: 0, max, noNaN: true });
  fc.assert(
    fc.property(number(100), number(20), number(8), (damage, points, toughness) => {
      const left = damageAfterArmour(damage, points, toughness);
      expect(left).toBeGreaterThanOrEqual(damage * 0.2 - 1e-9);
      expect(left).toBeLessThanOrEqual(damage);
    }),
  );
});

test.each([
  ["diamond_sword", 7],
  ["iron_sword", 6],
  ["wooden_sword", 4],
])("a full hit with a %s takes %i", (sword, damage) => {
  const world = armed(sword);
  const cow = world.addMob("cow", 48.5, flatY, 50.5);
  act(world, { pitch: 15, function: "attack" });
  expect(cow.health).toBe(10 - damage);
});

test("a bare hand takes one", () => {
  const world = flatSimulation();
  const cow = world.addMob("cow", 48.5, flatY, 50.5);
  act(world, { pitch: 15, function: "attack" });
  expect(cow.health).toBe(9);
});

test("reach ends three metres from the eye", () => {
  const near = armed();
  const cow = near.addMob("cow", 48.5, flatY, 48.5 + 2.85 + 0.45);
  act(near, { pitch: 15, function: "attack" });
  expect(cow.health).toBeLessThan(10);
  const far = armed();
  const other = far.addMob("cow", 48.5, flatY, 48.5 + 2.95 + 0.45);
  act(far, { pitch: 15, function: "attack" });
  expect(other.health).toBe(10);
});

test("blocks stop blows", () => {
  const world = flatSimulation({
    terrain: flatTerrain("plains", [
      [48, flatY, 49, "stone"],
      [48, flatY + 1, 49, "stone"],
    ]),
  });
  const cow = world.addMob("cow", 48.5, flatY, 50.5);
  act(world, { pitch: 15, function: "attack" });
  expect(cow.health).toBe(10);
});

test("a hit protects for ten ticks from what is not stronger", () => {
  const world = armed("iron_sword");
  const zombie = world.addMob("enderman", 48.5, flatY, 50.5);
  expect(world.strikeMob(zombie, 6)).toBe(true);
  expect(world.strikeMob(zombie, 5)).toBe(false);
  expect(world.strikeMob(zombie, 7)).toBe(true);
  expect(zombie.health).toBe(33);
  for (let i = 0; i < 10; i++) zombie.countDown();
  expect(world.strikeMob(zombie, 6)).toBe(true);
  expect(zombie.health).toBe(27);
});

test("a falling player hits half as hard again", () => {
  const world = armed("iron_sword");
  const enderman = world.addMob("enderman", 48.5, flatY, 50.5);
  act(world, { jump: true });
  for (let i = 0; i < 20 && world.player.fallDistance === 0; i++) act(world, {});
  enderman.placeAt(48.5, flatY, 50.5);
  act(world, { function: "attack" });
  expect(enderman.health).toBe(40 - 9);
});

test("a sprinting hit throws farther and ends the sprint", () => {
  const thrown = (sprint: boolean): number => {
    const world = armed("wooden_sword");
    act(world, { forward: true, sprint }, 10);
    const { z } = world.player;
    const zombie = world.addMob("zombie", 48.5, flatY, z + 2);
    act(world, { forward: true, sprint, function: "attack" });
    if (sprint) expect(world.player.velocityZ).toBeLessThan(0.25);
    return zombie.velocityZ;
  };
  expect(thrown(true)).toBeGreaterThan(thrown(false) + 0.15);
});

test("diamond armour lets 23 in a hundred of a zombie's blow through", () => {
  const world = flatSimulation();
  dress(world, "diamond");
  expect(world.player.armourPoints()).toBe(20);
  const zombie = world.addMob("zombie", 48.5, flatY, 49.5);
  world.strikePlayer(zombie);
  expect(world.player.health).toBeCloseTo(20 - 3 * (1 - 19.25 / 25), 6);
  expect(world.player.velocityZ).toBeLessThan(-0.3);
});

test("a raised shield stops blows from the front only, after five ticks", () => {
  const world = flatSimulation();
  world.player.inventory.offHand = { name: "shield", quantity: 1, wear: 0 };
  act(world, { function: "use" }, 4);
  expect(world.player.isBlocking).toBe(false);
  act(world, { function: "use" });
  expect(world.player.isBlocking).toBe(true);
  const front = world.addMob("zombie_pigman", 48.5, flatY, 49.6);
  world.strikePlayer(front);
  expect(world.player.health).toBe(20);
  expect(front.velocityZ).toBeGreaterThan(0.4);
  const back = world.addMob("zombie_pigman", 48.5, flatY, 47.4);
  world.strikePlayer(back);
  expect(world.player.health).toBe(11);
  act(world, {});
  expect(world.player.isBlocking).toBe(false);
});

test("half hearts come back every ten ticks", () => {
  const world = flatSimulation();
  world.player.health = 10;
  act(world, {}, 40);
  expect(world.player.health).toBe(14);
});

test("a kill counts for the player only when the player struck it", () => {
  const world = armed();
  const cow = world.addMob("cow", 48.5, flatY, 50.5);
  world.strikeMob(cow, 20);
  expect(world.kills.get("cow")).toBe(1);
  world.harmMob(world.addMob("cow", 40.5, flatY, 40.5), 20, "fire");
  expect(world.kills.get("cow")).toBe(1);
  act(world, {}, 19);
  expect(world.mobs).toContain(cow);
  act(world, {});
  expect(world.mobs).not.toContain(cow);
});
