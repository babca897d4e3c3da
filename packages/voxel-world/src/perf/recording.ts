// Records busy episodes to play back while measuring, so that deciding is not measured.
// Knows nothing about clocks.
import { createRandom, type SpaceValue } from "@dsr/env-bridge/contract";
import { VoxelWorld } from "../environment/index.js";
import { createExpert } from "../expert/index.js";

/** Tasks that are played in turn, in the proportions of the evaluation's suites: plains, night, open biomes, nether, end. */
const tasks = [
  "combat_cow_plains_diamond_armors_diamond_sword_shield",
  "combat_chicken_plains_diamond_armors_diamond_sword_shield",
  "harvest_wool_with_shears_and_sheep",
  "combat_spider_plains_diamond_armors_diamond_sword_shield",
  "combat_zombie_pigman_nether_diamond_armors_diamond_sword_shield",
  "combat_pig_plains_diamond_armors_diamond_sword_shield",
  "harvest_1_porkchop",
  "combat_enderman_end_diamond_armors_diamond_sword_shield",
] as const;
const longestEpisode = 200;

/** One episode that can be played again. */
export interface Recording {
  readonly task: string;
  readonly seed: string;
  readonly actions: readonly SpaceValue[];
}

/** The expert's actions of one episode, one in ten with a random turn. */
export function recordEpisode(number: number, seedPrefix: string): Recording {
  const task = tasks[number % tasks.length] ?? tasks[0];
  const seed = `${seedPrefix} ${number}`;
  const expert = createExpert();
  const world = new VoxelWorld({ observe: [...expert.observes], maxEpisodeSteps: longestEpisode });
  expert.reset({ id: task, prompt: "" }, world.spec);
  const random = createRandom(seed, "turns");
  const actions: SpaceValue[] = [];
  let { observation } = world.reset({ seed, task });
  for (;;) {
    const action = [...expert.act(observation)];
    if (random.float() < 0.1) action[4] = random.integer(25);
    actions.push(action);
    const result = world.step(action);
    if (result.terminated || result.truncated) return { task, seed, actions };
    observation = result.observation;
  }
}
