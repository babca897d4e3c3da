import {
  createRandom,
  type MinedojoAction,
  minedojoCraftItemNames,
  minedojoCraftItems,
  minedojoNoop,
} from "@dsr/env-bridge/contract";
import fc from "fast-check";
import { expect, test } from "vitest";
import { mobKinds } from "../world/mob-kinds.js";
import { Inventory, slotCount } from "./inventory.js";
import { itemKind } from "./item-kinds.js";
import { drawLoot, lootTables } from "./loot.js";
import type { Simulation } from "./simulation.js";
import { flatSimulation, flatY } from "./fixtures/flat-world.js";

function act(world: Simulation, keys: Partial<MinedojoAction>, ticks = 1): string | undefined {
  let note: string | undefined;
  for (let i = 0; i < ticks; i++) note = world.tick({ ...minedojoNoop, ...keys });
  return note;
}

function holding(name: string, quantity = 1): Simulation {
  const world = flatSimulation();
  world.player.inventory.slots[0] = { name, quantity, wear: 0 };
  return world;
}

test.each(mobKinds)("the loot of a %s stays in its range and reaches both ends", (kind) => {
  const random = createRandom("loot", kind);
  const seen = new Map<string, Set<number>>();
  for (let i = 0; i < 400; i++) {
    const drops = drawLoot(kind, { burning: false, sheared: true }, random);
    for (const row of lootTables[kind]) {
      const counts = seen.get(row.item) ?? new Set<number>();
      counts.add(drops.find(({ item }) => item === row.item)?.quantity ?? 0);
      seen.set(row.item, counts);
    }
  }
  for (const row of lootTables[kind]) {
    const counts = [...(seen.get(row.item) ?? [])];
    expect(Math.min(...counts)).toBe(Math.max(0, row.least));
    expect(Math.max(...counts)).toBe(row.most);
  }
});

test("a sheep gives its wool only once, and burnt meat is cooked", () => {
  const random = createRandom("sheep");
  const items = (burning: boolean, sheared: boolean): readonly string[] =>
    drawLoot("sheep", { burning, sheared }, random).map(({ item }) => item);
  expect(items(false, false)).toEqual(["mutton", "wool"]);
  expect(items(true, true)).toEqual(["cooked_mutton"]);
});

test("an inventory keeps what it is given, within stack sizes", () => {
  const name = fc.constantFrom("beef", "egg", "diamond_sword", "milk_bucket", "coal");
  const addition = fc.record({ name, quantity: fc.integer({ min: 1, max: 200 }) });
  fc.assert(
    fc.property(fc.array(addition, { maxLength: 30 }), (additions) => {
      const inventory = new Inventory();
      const kept = new Map<string, number>();
      for (const { name: item, quantity } of additions) {
        const left = inventory.add(item, quantity);
        expect(left).toBeLessThanOrEqual(quantity);
        kept.set(item, (kept.get(item) ?? 0) + quantity - left);
      }
      for (const [item, count] of kept) expect(inventory.count(item)).toBe(count);
      for (const stack of inventory.slots) {
        if (stack) expect(stack.quantity).toBeLessThanOrEqual(itemKind(stack.name).maxStack);
      }
    }),
  );
});

test("equipping never loses an item", () => {
  const name = fc.constantFrom("diamond_sword", "iron_boots", "diamond_boots", "shield", "coal", "iron_helmet");
  const slot = fc.integer({ min: 0, max: slotCount - 1 });
  fc.assert(
    fc.property(fc.array(name, { maxLength: 8 }), fc.array(slot, { maxLength: 20 }), (names, slots) => {
      const inventory = new Inventory();
      for (const item of names) inventory.add(item, 1);
      for (const chosen of slots) inventory.equip(chosen % 10);
      for (const item of new Set(names)) {
        expect(inventory.count(item)).toBe(names.filter((other) => other === item).length);
      }
    }),
  );
});

test("a bucket milks a cow", () => {
  const world = holding("bucket");
  world.addMob("cow", 48.5, flatY, 50.5);
  act(world, { pitch: 15, function: "use" });
  expect(world.player.inventory.mainHand?.name).toBe("milk_bucket");
});

test("shears give one to three pieces of wool, once", () => {
  const world = holding("shears");
  const sheep = world.addMob("sheep", 48.5, flatY, 50.5);
  act(world, { pitch: 15, function: "use" });
  const pieces = world.items.length;
  expect(sheep.sheared).toBe(true);
  expect(pieces).toBeGreaterThanOrEqual(1);
  expect(pieces).toBeLessThanOrEqual(3);
  sheep.placeAt(48.5, flatY, 50.5);
  act(world, { function: "use" }, 10);
  expect(world.items.length + world.player.inventory.count("wool")).toBe(pieces);
});

test("an item is picked up after its delay, within reach", () => {
  const world = flatSimulation();
  world.addItem("beef", 2, 49.5, flatY, 48.5);
  world.addItem("beef", 1, 52.5, flatY, 48.5);
  act(world, {}, 9);
  expect(world.player.inventory.count("beef")).toBe(0);
  act(world, {}, 2);
  expect(world.player.inventory.count("beef")).toBe(2);
  expect(world.items).toHaveLength(1);
});

test("a dropped sword lies ahead and cannot be picked up at once", () => {
  const world = holding("diamond_sword");
  act(world, { function: "drop" });
  expect(world.player.inventory.mainHand).toBeUndefined();
  act(world, {}, 30);
  expect(world.player.inventory.count("diamond_sword")).toBe(0);
  expect(world.items[0]?.z).toBeGreaterThan(49);
});

test("a furnace is placed and smelts meat with fuel, eight pieces a coal", () => {
  const world = holding("furnace");
  const { inventory } = world.player;
  inventory.slots[1] = { name: "coal", quantity: 2, wear: 0 };
  inventory.slots[2] = { name: "porkchop", quantity: 10, wear: 0 };
  const cook = { function: "craft", craftItem: minedojoCraftItemNames.indexOf("cooked_porkchop") } as const;
  expect(act(world, cook)).toContain("expected a furnace nearby");
  expect(act(world, { pitch: 45, function: "place", slot: 0 })).toBeUndefined();
  expect(world.workplace().furnace).toBe(true);
  expect(act(world, cook, 8)).toBeUndefined();
  expect(inventory.count("cooked_porkchop")).toBe(8);
  expect(inventory.count("coal")).toBe(1);
  act(world, cook, 3);
  expect(inventory.count("cooked_porkchop")).toBe(10);
  expect(act(world, cook)).toContain("expected 1 porkchop, found 0");
});

test("craft names what it has no recipe for, and the list has MineDojo's length", () => {
  expect(minedojoCraftItemNames).toHaveLength(minedojoCraftItems);
  expect(minedojoCraftItemNames[53]).toBe("wool");
  expect(minedojoCraftItemNames[224]).toBe("baked_potato");
  expect(act(flatSimulation(), { function: "craft", craftItem: 0 })).toBe(
    "craft blaze_powder: this world has no recipe for it",
  );
});

test("destroy empties a slot", () => {
  const world = holding("diamond_sword");
  act(world, { function: "destroy", slot: 0 });
  expect(world.player.inventory.mainHand).toBeUndefined();
});
