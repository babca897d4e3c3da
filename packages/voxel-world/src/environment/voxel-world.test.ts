import {
  checkEnvironment,
  contains,
  createRandom,
  DsrError,
  encodeMinedojoAction,
  fingerprintOf,
  InputError,
  type MinedojoAction,
  type NdArray,
  sample,
  type SpaceRecord,
} from "@dsr/env-bridge/contract";
import { expect, test } from "vitest";
import { createExpert } from "../expert/index.js";
import { observationKeys } from "./options.js";
import { VoxelWorld, voxelWorldFactory } from "./voxel-world.js";

const cow = "combat_cow_plains_diamond_armors_diamond_sword_shield";
const blind = { observe: ["life_stats", "inventory", "entities", "location_stats"] };

function act(action: Partial<MinedojoAction> = {}): readonly number[] {
  return encodeMinedojoAction(action);
}

function names(observation: SpaceRecord): readonly string[] {
  return (observation["inventory"] as SpaceRecord)["name"] as readonly string[];
}

test.each([
  cow,
  "combat_enderman_end_leather_armors_wooden_sword_shield",
  "combat_zombie_pigman_nether_iron_armors_iron_sword_shield",
  "harvest_1_porkchop",
  "harvest_8_cooked_beef_jungle_with_furnace_and_fuel",
])("the environment conforms to the contract on %s", async (task) => {
  const world = new VoxelWorld({ observe: [...observationKeys], imageSize: [32, 48] });
  expect(await checkEnvironment(world, { task, steps: 30 })).toEqual([]);
});

test("every task starts, with observations of its space", () => {
  const world = new VoxelWorld({ observe: ["life_stats", "inventory", "equipment", "entities"] });
  const everyTenth = world.spec.tasks.filter((_, i) => i % 10 === 0);
  for (const { id } of everyTenth) {
    const { observation, info } = world.reset({ seed: id, task: id });
    expect(contains(world.spec.observationSpace, observation)).toBe(true);
    expect(info.success).toBe(false);
  }
});

test("two worlds of one seed stay equal, and other seeds differ", () => {
  const play = (seed: string): readonly string[] => {
    const world = new VoxelWorld(blind);
    const random = createRandom("actions");
    const prints = [fingerprintOf(world.reset({ seed, task: "harvest_1_beef" }).observation)];
    for (let i = 0; i < 60; i++) {
      prints.push(fingerprintOf(world.step(sample(world.spec.actionSpace, random)).observation));
    }
    return prints;
  };
  expect(play("a")).toEqual(play("a"));
  expect(play("a")).not.toEqual(play("b"));
});

test("string, number and bigint seeds with the same digits are the same", () => {
  const world = new VoxelWorld(blind);
  const start = (seed: string | bigint | number): string => fingerprintOf(world.reset({ seed, task: cow }).observation);
  expect(start(12n)).toBe(start("12"));
  expect(start(12)).toBe(start("12"));
  expect(start(2n ** 60n)).not.toBe(start(2n ** 60n + 1n));
});

test("the step limit truncates, and a step after the end is refused", () => {
  const world = new VoxelWorld({ ...blind, maxEpisodeSteps: 3 });
  world.reset({ seed: 1, task: cow });
  expect(world.step(act()).truncated).toBe(false);
  world.step(act());
  const last = world.step(act());
  expect([last.truncated, last.terminated]).toEqual([true, false]);
  const late = (): unknown => world.step(act());
  expect(late).toThrow(DsrError);
  expect(late).toThrow("expected a running episode");
});

test("a step before the first reset is refused", () => {
  expect(() => new VoxelWorld(blind).step(act())).toThrow("expected a reset first");
});

test("milking a cow is success, ends the episode and gives its reward", () => {
  const task = "harvest_milk_with_empty_bucket_and_cow";
  const expert = createExpert();
  const world = new VoxelWorld({ observe: [...expert.observes] });
  expert.reset({ id: task, prompt: "" }, world.spec);
  let { observation } = world.reset({ seed: "milk", task });
  for (let step = 0; step < 200; step++) {
    const result = world.step(expert.act(observation));
    observation = result.observation;
    const hasMilk = names(observation)[0] === "milk bucket";
    expect([result.reward, result.terminated, result.info.success]).toEqual(
      hasMilk ? [1, true, true] : [0, false, false],
    );
    if (hasMilk) return;
  }
  expect.unreachable("the expert found no milk");
});

test("an item that was there at the start is no success, and losing it costs", () => {
  const world = new VoxelWorld({ ...blind, strict: true });
  const { observation } = world.reset({ seed: 1, task: "harvest_milk_with_empty_bucket_and_cow" });
  expect(names(observation)[0]).toBe("bucket");
  const result = world.step(act({ function: "destroy", slot: 0 }));
  expect(names(result.observation)[0]).toBe("air");
  expect([result.reward, result.terminated, result.info["ticks"]]).toEqual([0, false, 3]);
});

test("death ends the episode without success", () => {
  const task = "combat_zombie_pigman_nether_leather_armors_wooden_sword_shield";
  const expert = createExpert();
  const world = new VoxelWorld({ observe: [...expert.observes] });
  expert.reset({ id: task, prompt: "" }, world.spec);
  let { observation } = world.reset({ seed: "death", task });
  const health = (): number => {
    const [pigman] = observation["entities"] as readonly SpaceRecord[];
    return Number((pigman?.["health"] as NdArray | undefined)?.data[0]);
  };
  for (let step = 0; ; step++) {
    const result = world.step(health() < 20 ? act() : expert.act(observation));
    observation = result.observation;
    if (!result.terminated && !result.truncated) continue;
    expect([result.terminated, result.info.success, result.info["dead"]]).toEqual([true, false, true]);
    return;
  }
});

test("drop, craft, equip, place and destroy take three ticks, other functions one", () => {
  const world = new VoxelWorld(blind);
  for (const fn of ["none", "use", "drop", "attack", "craft", "equip", "place", "destroy"] as const) {
    world.reset({ seed: "ticks", task: cow });
    const isSlow = !["none", "use", "attack"].includes(fn);
    expect(world.step(act({ function: fn })).info["ticks"]).toBe(isSlow ? 3 : 1);
  }
});

test("an empty slot is nothing by default and an error in strict mode", () => {
  const lenient = new VoxelWorld(blind);
  lenient.reset({ seed: 1, task: cow });
  expect(lenient.step(act({ function: "equip", slot: 9 })).terminated).toBe(false);
  const strict = new VoxelWorld({ ...blind, strict: true });
  strict.reset({ seed: 1, task: cow });
  const refused = (): unknown => strict.step(act({ function: "equip", slot: 9 }));
  expect(refused).toThrow("action equip: expected an item in slot 9, found air");
  expect(refused).toThrow(InputError);
});

test("a task's biome, night and outfit are there", () => {
  const world = new VoxelWorld({ observe: ["location_stats", "equipment", "entities"] });
  const { observation, info } = world.reset({
    seed: 5,
    task: "combat_spider_forest_iron_armors_wooden_sword_shield",
  });
  expect(info["biome"]).toBe("forest");
  const equipment = (observation["equipment"] as SpaceRecord)["name"];
  expect(equipment).toEqual([
    "wooden sword",
    "iron boots",
    "iron leggings",
    "iron chestplate",
    "iron helmet",
    "shield",
  ]);
  const kinds = (observation["entities"] as readonly SpaceRecord[]).map(({ kind }) => kind);
  expect(kinds).toEqual(["spider"]);
});

test.each([
  [{ imageSise: [64, 64] }, "unknown option 'imageSise': did you mean 'imageSize'?"],
  [{ observe: ["rbg"] }, "unknown observation key 'rbg': did you mean 'rgb'?"],
  [{ imageSize: [64] }, "option imageSize"],
  [{ imageSize: [0, 64] }, "option imageSize.0"],
  [{ cameraInterval: 7 }, "expected degrees that divide 180"],
  [{ maxEpisodeSteps: 0.5 }, "option maxEpisodeSteps"],
])("bad options %j give one clear line", (options, message) => {
  const create = (): unknown => voxelWorldFactory.create(options as SpaceRecord);
  expect(create).toThrow(InputError);
  expect(create).toThrow(message);
});

test("unknown tasks and actions outside the space are refused", () => {
  const world = new VoxelWorld(blind);
  expect(() => world.reset({ task: "combat_cow" })).toThrow("unknown task 'combat_cow'");
  world.reset({ seed: 1, task: cow });
  expect(() => world.step([0, 0, 9, 12, 12, 0, 0, 0])).toThrow("action[2]");
});

test("metadata names the action that does nothing", () => {
  const { metadata } = new VoxelWorld({ ...blind, cameraInterval: 5 }).spec;
  expect(metadata).toEqual({ cameraInterval: 5, noop: [0, 0, 0, 36, 36, 0, 0, 0], verticalFov: 70 });
});
