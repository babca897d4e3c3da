import { createRandom, sample } from "@dsr/env-bridge/contract";
import { expect, test } from "vitest";
import { VoxelWorld } from "../environment/index.js";
import { createExpert } from "./expert.js";

const gear = "diamond_armors_diamond_sword_shield";
const combats = [
  `combat_cow_plains_${gear}`,
  `combat_sheep_plains_${gear}`,
  `combat_pig_plains_${gear}`,
  `combat_chicken_plains_${gear}`,
  `combat_spider_plains_${gear}`,
  `combat_zombie_plains_${gear}`,
  `combat_zombie_pigman_nether_${gear}`,
  `combat_enderman_end_${gear}`,
];
const harvests = [
  "harvest_milk_with_empty_bucket_and_cow",
  "harvest_wool_with_shears_and_sheep",
  "harvest_1_porkchop",
  "harvest_1_chicken",
  "harvest_1_egg",
  "harvest_1_cooked_chicken_with_furnace_and_fuel",
];

function expertSucceeds(task: string, seed: string): boolean {
  const expert = createExpert();
  const world = new VoxelWorld({ observe: [...expert.observes] });
  expert.reset({ id: task, prompt: "" }, world.spec);
  let { observation } = world.reset({ seed, task });
  for (;;) {
    const result = world.step(expert.act(observation));
    if (result.terminated || result.truncated) {
      expect(result.reward > 0).toBe(result.info.success);
      return result.info.success === true;
    }
    observation = result.observation;
  }
}

test.each([...combats, ...harvests])("the expert solves %s", (task) => {
  const solved = ["0", "1", "2", "3"].map((seed) => expertSucceeds(task, seed));
  expect(solved).toEqual([true, true, true, true]);
});

test.each(combats)("random actions do not solve %s", (task) => {
  const world = new VoxelWorld({ observe: ["life_stats"] });
  let successes = 0;
  for (let episode = 0; episode < 3; episode++) {
    const random = createRandom(episode, "random");
    world.reset({ seed: episode, task });
    for (;;) {
      const result = world.step(sample(world.spec.actionSpace, random));
      if (result.info.success === true) successes++;
      if (result.terminated || result.truncated) break;
    }
  }
  expect(successes).toBeLessThanOrEqual(1);
});

test("an unknown task is refused, and act wants a reset", () => {
  const expert = createExpert();
  const { spec } = new VoxelWorld({ observe: ["life_stats"] });
  expect(() => expert.act({})).toThrow("expected a reset");
  expect(() => expert.reset({ id: "harvest_1_moon", prompt: "" }, spec)).toThrow("unknown task");
});
