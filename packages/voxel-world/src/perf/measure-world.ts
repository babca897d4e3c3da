// Measures steps a second of the embedded world, with the reference ray-caster in the same run for comparison.
// Knows nothing about printing or judging the figures.
import { createRandom, type ImageSize, type SpaceRecord, type SpaceValue } from "@dsr/env-bridge/contract";
import { VoxelWorld } from "../environment/index.js";
import { createExpert } from "../expert/index.js";

/** Tasks that are played in turn: open land, trees, a cavern. */
const tasks = [
  "combat_cow_plains_diamond_armors_diamond_sword_shield",
  "combat_zombie_forest_diamond_armors_diamond_sword_shield",
  "harvest_1_porkchop",
  "combat_zombie_pigman_nether_diamond_armors_diamond_sword_shield",
] as const;
const episodeSteps = 200;

export interface WorldPerfOptions {
  /** Seconds that each figure is measured for; 3 unless given. */
  readonly seconds?: number;
  readonly seed?: string;
}

/** Steps a second on one core, at steady state: the resets between episodes are counted apart. */
export interface StepRate {
  readonly stepsPerSecond: number;
  readonly steps: number;
  /** Mean milliseconds of a reset, the first observation included. */
  readonly resetMs: number;
}

export interface WorldPerfReport {
  /** 64×64 rgb. */
  readonly rgb64: StepRate;
  /** 160×256 rgb, depth and segmentation. */
  readonly full160x256: StepRate;
  /** No pictures: physics, minds and the stats only. */
  readonly physics: StepRate;
}

interface Workload {
  readonly observe: readonly string[];
  readonly imageSize: ImageSize;
  readonly seconds: number;
  readonly seed: string;
}

/** Plays the world for some seconds at each size. The player walks, turns and fights as a busy agent would. */
export function measureWorld(options: WorldPerfOptions = {}): WorldPerfReport {
  const seconds = options.seconds ?? 3;
  const seed = options.seed ?? "perf";
  const rate = (observe: readonly string[], imageSize: ImageSize): StepRate =>
    measureRate({ observe, imageSize, seconds, seed });
  return {
    rgb64: rate(["rgb"], [64, 64]),
    full160x256: rate(["rgb", "depth", "segmentation"], [160, 256]),
    physics: rate(["life_stats"], [8, 8]),
  };
}

function measureRate(load: Workload): StepRate {
  const options = { observe: load.observe, imageSize: load.imageSize, maxEpisodeSteps: episodeSteps };
  const world = new VoxelWorld(options as SpaceRecord);
  let steps = 0;
  let stepMs = 0;
  let resets = 0;
  let resetMs = 0;
  for (let episode = 0; stepMs < load.seconds * 1000; episode++) {
    const actions = recordedActions(tasks[episode % tasks.length] ?? tasks[0], `${load.seed} ${episode}`);
    const start = performance.now();
    world.reset({ seed: actions.seed, task: actions.task });
    const begun = performance.now();
    const played = playAll(world, actions.list);
    const isWarm = episode >= tasks.length || load.seconds === 0;
    if (!isWarm) continue;
    resets++;
    resetMs += begun - start;
    steps += played;
    stepMs += performance.now() - begun;
    if (load.seconds === 0) break;
  }
  world.close();
  return { stepsPerSecond: (steps * 1000) / stepMs, steps, resetMs: resetMs / resets };
}

function playAll(world: VoxelWorld, actions: readonly SpaceValue[]): number {
  for (const action of actions) world.step(action);
  return actions.length;
}

interface Recording {
  readonly task: string;
  readonly seed: string;
  readonly list: readonly SpaceValue[];
}

/** The actions of an expert with some random turns, recorded without pictures so that thinking is not measured. */
function recordedActions(task: string, seed: string): Recording {
  const expert = createExpert();
  const world = new VoxelWorld({ observe: [...expert.observes], maxEpisodeSteps: episodeSteps });
  expert.reset({ id: task, prompt: "" }, world.spec);
  const random = createRandom(seed, "turns");
  const list: SpaceValue[] = [];
  let { observation } = world.reset({ seed, task });
  for (;;) {
    const action = [...expert.act(observation)];
    if (random.float() < 0.1) action[4] = random.integer(25);
    list.push(action);
    const result = world.step(action);
    if (result.terminated || result.truncated) return { task, seed, list };
    observation = result.observation;
  }
}
