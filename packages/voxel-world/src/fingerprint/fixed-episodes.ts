// Plays short fixed episodes and fingerprints every key of their observations: equal everywhere, on every machine.
// Knows nothing about what the fingerprints are compared with.
import { createRandom, encodeMinedojoAction, type Observation, type Random } from "@dsr/env-bridge/contract";
import { observationKeys, VoxelWorld } from "../environment/index.js";
import { digestOf } from "./digest.js";

/** Tasks of the fixed episodes: every mob, every dimension. */
export const fingerprintTasks = [
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
/** Seed of their worlds and of the actions. */
export const fingerprintSeed = "golden";
const digestedSteps: ReadonlySet<number> = new Set([0, 1, 10, 40, 80]);
const lastStep = 80;

/** 64 bits in hexadecimal by task, step and observation key. */
export type Fingerprints = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;

/** Plays all fixed episodes; takes seconds. */
export function fingerprintEpisodes(): Fingerprints {
  const world = new VoxelWorld({ observe: [...observationKeys], imageSize: [40, 64] });
  return Object.fromEntries(fingerprintTasks.map((task) => [task, playOne(world, task)]));
}

function playOne(world: VoxelWorld, task: string): Fingerprints[string] {
  const random = createRandom(fingerprintSeed, "actions", task);
  const digests: Record<string, Record<string, string>> = {};
  let { observation } = world.reset({ seed: fingerprintSeed, task });
  for (let step = 0; ; step++) {
    if (digestedSteps.has(step)) digests[String(step)] = digestsOf(observation);
    if (step === lastStep) return digests;
    const result = world.step(busyAction(random));
    observation = result.observation;
    if (result.terminated) return { ...digests, end: digestsOf(observation) };
  }
}

/** Walks on, turns a little, jumps, strikes and sometimes uses, equips or places. */
function busyAction(random: Random): readonly number[] {
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
