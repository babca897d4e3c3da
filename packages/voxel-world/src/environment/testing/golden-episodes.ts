// Plays short fixed episodes and digests every key of their observations, for comparison with a committed file.
// Knows nothing about files; the generator and the test share it.
import { createHash, type Hash } from "node:crypto";
import {
  bytesOf,
  createRandom,
  encodeMinedojoAction,
  isNdArray,
  type Observation,
  type Random,
  type SpaceValue,
} from "@dsr/env-bridge/contract";
import { observationKeys } from "../options.js";
import { VoxelWorld } from "../voxel-world.js";

/** Tasks, seed and steps of the golden episodes. */
export const goldenTasks = [
  "combat_cow_plains_diamond_armors_diamond_sword_shield",
  "combat_spider_forest_leather_armors_wooden_sword_shield",
  "combat_zombie_extreme_hills_iron_armors_iron_sword_shield",
  "combat_zombie_pigman_nether_diamond_armors_diamond_sword_shield",
  "combat_enderman_end_diamond_armors_diamond_sword_shield",
  "harvest_wool_with_shears_and_sheep",
  "harvest_8_chicken_jungle",
  "harvest_1_beef_swampland",
  "harvest_1_cooked_beef_taiga_with_furnace_and_fuel",
] as const;
export const goldenSeed = "golden";
const digestedSteps: ReadonlySet<number> = new Set([0, 1, 10, 40, 80]);
const lastStep = 80;

/** Digests by task, step and key. */
export type Goldens = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;

/** Plays all golden episodes. */
export function playGoldens(): Goldens {
  const world = new VoxelWorld({ observe: [...observationKeys], imageSize: [40, 64] });
  return Object.fromEntries(goldenTasks.map((task) => [task, playOne(world, task)]));
}

function playOne(world: VoxelWorld, task: string): Goldens[string] {
  const random = createRandom(goldenSeed, "actions", task);
  const digests: Record<string, Record<string, string>> = {};
  let { observation } = world.reset({ seed: goldenSeed, task });
  for (let step = 0; ; step++) {
    if (digestedSteps.has(step)) digests[String(step)] = digestsOf(observation);
    if (step === lastStep) return digests;
    const result = world.step(goldenAction(random));
    observation = result.observation;
    if (result.terminated) return { ...digests, end: digestsOf(observation) };
  }
}

/** Walks on, turns a little, jumps, strikes and sometimes uses, equips or places. */
function goldenAction(random: Random): readonly number[] {
  const draw = random.float();
  const fn = draw < 0.3 ? "attack" : draw < 0.4 ? "use" : draw < 0.43 ? "place" : draw < 0.46 ? "equip" : "none";
  return encodeMinedojoAction({
    forward: random.float() < 0.8,
    left: random.float() < 0.2,
    jump: random.float() < 0.2,
    sprint: random.float() < 0.5,
    yaw: (random.integer(5) - 2) * 15,
    pitch: (random.integer(3) - 1) * 15,
    function: fn,
    slot: random.integer(3),
  });
}

function digestsOf(observation: Observation): Record<string, string> {
  return Object.fromEntries(Object.entries(observation).map(([key, value]) => [key, digestOf(value)]));
}

/** The first 64 bits of a SHA-256 over types, shapes, keys and bytes. */
function digestOf(value: SpaceValue): string {
  const hash = createHash("sha256");
  feed(hash, value);
  return hash.digest("hex").slice(0, 16);
}

function feed(hash: Hash, value: SpaceValue): void {
  if (isNdArray(value)) {
    hash.update(`${value.dtype}[${value.shape.join(",")}]`).update(bytesOf(value));
  } else if (Array.isArray(value)) {
    hash.update(`list ${value.length};`);
    for (const part of value as readonly SpaceValue[]) feed(hash, part);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value as Readonly<Record<string, SpaceValue>>)) {
      hash.update(`${key}:`);
      feed(hash, part);
    }
  } else {
    hash.update(`${typeof value} ${String(value)};`);
  }
}
