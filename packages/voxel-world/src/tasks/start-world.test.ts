import { expect, test } from "vitest";
import { isFree } from "../simulation/collisions.js";
import { startBiomes, startWorld } from "./start-world.js";
import { listTasks, taskSpecOf } from "./task-list.js";

test("the initial mob stands free, within range, not on the player", () => {
  for (const id of [
    "combat_enderman_end_iron_armors_iron_sword_shield",
    "combat_spider_forest_iron_armors_iron_sword_shield",
    "combat_zombie_pigman_nether_iron_armors_iron_sword_shield",
    "combat_cow_extreme_hills_barehand",
    "harvest_wool_with_shears_and_sheep",
  ]) {
    const task = taskSpecOf(id);
    for (let seed = 0; seed < 12; seed++) {
      const { mobs, player, grid } = startWorld(task, seed);
      expect(mobs.map(({ kind }) => kind)).toEqual([task.initialMob]);
      for (const mob of mobs) {
        const reach = (task.spawnRange ?? 0) + 0.5;
        expect(Math.abs(mob.x - player.x)).toBeLessThanOrEqual(reach);
        expect(Math.abs(mob.z - player.z)).toBeLessThanOrEqual(reach);
        expect(Math.sqrt((mob.x - player.x) ** 2 + (mob.z - player.z) ** 2)).toBeGreaterThanOrEqual(2.5);
        expect(isFree(grid, mob.x, mob.y, mob.z, mob.halfWidth, mob.height)).toBe(true);
      }
    }
  }
});

test("a harvest without an initial mob finds its animals at home", () => {
  for (const id of ["harvest_1_porkchop", "harvest_1_beef_swampland", "harvest_1_egg", "harvest_wool_plains"]) {
    for (let seed = 0; seed < 6; seed++) {
      const { mobs, biome } = startWorld(taskSpecOf(id), seed);
      const wanted =
        { harvest_1_porkchop: "pig", harvest_1_beef_swampland: "cow", harvest_1_egg: "chicken" }[id] ?? "sheep";
      expect(mobs.filter(({ kind }) => kind === wanted).length).toBeGreaterThanOrEqual(4);
      expect(taskSpecOf(id).biome ?? startBiomes.find((name) => name === biome)).toBe(biome);
    }
  }
});

test("combat tasks have no other mobs, and night tasks are dark for good", () => {
  const night = listTasks().find(({ alwaysNight }) => alwaysNight === true);
  const world = startWorld(taskSpecOf(night?.id ?? ""), 1);
  expect(world.mobs).toHaveLength(1);
  expect([world.timeOfDay, world.isDay]).toEqual([18000, false]);
});
