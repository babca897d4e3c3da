// Measures steps a second of the embedded world, with the reference ray-caster in the same run for comparison.
// Knows nothing about printing or judging the figures.
import { decodeMinedojoAction, type ImageSize, type SpaceRecord } from "@dsr/env-bridge/contract";
import { VoxelWorld } from "../environment/index.js";
import { bodiesOf } from "../environment/picture.js";
import { Renderer } from "../render/index.js";
import type { Simulation } from "../simulation/simulation.js";
import { startWorld, taskSpecOf } from "../tasks/index.js";
import { recordEpisode, type Recording } from "./recording.js";

/** Steps before the clock starts, so that the code is compiled. */
const warmUpSteps = 40;
/** Episodes that are recorded and played again and again. */
const recordedEpisodes = 8;
const smallSize = [64, 64] as const;
const fullSize = [160, 256] as const;

/** How long to measure, and in which worlds. */
export interface WorldPerfOptions {
  /** Seconds that each figure is measured for; 3 unless given. */
  readonly seconds?: number;
  readonly seed?: string;
}

/** Steps a second on one core, at steady state: the resets between episodes are counted apart. */
export interface StepRate {
  readonly stepsPerSecond: number;
  readonly steps: number;
  /** Mean milliseconds of a reset; with the first picture, except for the reference. */
  readonly resetMs: number;
}

/** Steps a second in several settings. */
export interface WorldPerfReport {
  /** 64×64 rgb. */
  readonly rgb64: StepRate;
  /** 160×256 rgb, depth and segmentation. */
  readonly full160x256: StepRate;
  /** No pictures: physics, minds and the life stats only. */
  readonly physics: StepRate;
  /** The same with the plain ray-caster, which looks at every block along every ray. */
  readonly reference: { readonly rgb64: StepRate; readonly full160x256: StepRate };
}

/** Plays the world for some seconds at each size. The player walks, turns and fights as a busy agent would. */
export function measureWorld(options: WorldPerfOptions = {}): WorldPerfReport {
  const seconds = options.seconds ?? 3;
  const seed = options.seed ?? "perf";
  const recordings = Array.from({ length: recordedEpisodes }, (_, i) => recordEpisode(i, seed));
  const rate = (player: Player, time = seconds): StepRate => measureRate(player, time, recordings);
  return {
    rgb64: rate(environmentPlayer(["rgb"], smallSize)),
    full160x256: rate(environmentPlayer(["rgb", "depth", "segmentation"], fullSize)),
    // Resets take most of the time here, and a tenth of it counts thousands of steps.
    physics: rate(environmentPlayer(["life_stats"], smallSize), seconds / 10),
    reference: {
      rgb64: rate(referencePlayer(smallSize, false)),
      full160x256: rate(referencePlayer(fullSize, true)),
    },
  };
}

/** Plays recorded actions, one at a time. */
interface Player {
  begin(recording: Recording): void;
  step(action: Recording["actions"][number]): void;
}

function environmentPlayer(observe: readonly string[], imageSize: ImageSize): Player {
  const world = new VoxelWorld({ observe, imageSize, maxEpisodeSteps: 1_000_000 } as SpaceRecord);
  return { begin: (recording) => world.reset(recording), step: (action) => world.step(action) };
}

function referencePlayer(size: ImageSize, isFull: boolean): Player {
  const renderer = new Renderer({ size, depth: isFull, segmentation: isFull, reference: true });
  let world: Simulation | undefined;
  return {
    begin: ({ task, seed }) => {
      world = startWorld(taskSpecOf(task), seed);
    },
    step: (action) => {
      if (world === undefined) return;
      world.tick(decodeMinedojoAction(action));
      draw(renderer, world);
    },
  };
}

function draw(renderer: Renderer, world: Simulation): void {
  const { grid, biome, timeOfDay, player } = world;
  const camera = { ...player.eye(), yaw: player.yaw, pitch: player.pitch, verticalFov: 70 };
  renderer.render({ grid, biome, bodies: bodiesOf(world), timeOfDay }, camera);
}

function measureRate(player: Player, seconds: number, recordings: readonly Recording[]): StepRate {
  let steps = 0;
  let stepMs = 0;
  let resetMs = 0;
  let episodes = 0;
  for (const recording of recordings.slice(0, 1)) warmUp(player, recording);
  for (; stepMs < seconds * 1000; episodes++) {
    const recording = recordings[episodes % recordings.length];
    if (recording === undefined) break;
    const start = performance.now();
    player.begin(recording);
    const begun = performance.now();
    resetMs += begun - start;
    steps += playUntil(player, recording, begun + seconds * 1000 - stepMs);
    stepMs += performance.now() - begun;
  }
  return { stepsPerSecond: (steps * 1000) / stepMs, steps, resetMs: resetMs / episodes };
}

function warmUp(player: Player, recording: Recording): void {
  player.begin(recording);
  for (const action of recording.actions.slice(0, warmUpSteps)) player.step(action);
}

/** Plays a recording, but not beyond a time; returns the number of steps. */
function playUntil(player: Player, { actions }: Recording, deadline: number): number {
  let steps = 0;
  for (const action of actions) {
    player.step(action);
    steps++;
    if (performance.now() >= deadline) break;
  }
  return steps;
}
