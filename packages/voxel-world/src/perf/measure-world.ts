// Measures steps a second of the embedded world, with the reference ray-caster in the same run for comparison.
// Knows nothing about printing or judging the figures.
import { decodeMinedojoAction, type ImageSize, type SpaceRecord } from "@dsr/env-bridge/contract";
import { VoxelWorld } from "../environment/index.js";
import { bodiesOf } from "../environment/picture.js";
import { Renderer } from "../render/index.js";
import type { Simulation } from "../simulation/simulation.js";
import { startWorld, taskSpecOf } from "../tasks/index.js";
import { recordEpisode, type Recording } from "./recording.js";

/** Share of a figure's time that is played before its clock starts, so that the code is compiled. */
const warmUpShare = 0.25;
/** Episodes that are recorded and played again and again. */
const recordedEpisodes = 8;
/** Steps whose time is taken together; the reference takes too long for more than one. */
const playedTogether = 8;
const referencePlayedTogether = 1;
/** How often each episode is taken up within a figure's time. */
const visits = 2;
/** The share of the time that the figures for comparison get. */
const sideShare = 0.1;
const smallSize = [64, 64] as const;
const fullSize = [160, 256] as const;

/** How long to measure, and in which worlds. */
export interface WorldPerfOptions {
  /** Seconds that each of the two main figures is measured for; 3 unless given. The whole takes about three times that. */
  readonly seconds?: number;
  readonly seed?: string;
}

/** Steps a second on one core, at steady state: the resets between episodes are counted apart. */
export interface StepRate {
  /** From the median time of a step in every episode, all episodes counting alike. */
  readonly stepsPerSecond: number;
  readonly steps: number;
  readonly windows: number;
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
  const rate = (player: Player, time: number): StepRate => measureRate(player, time, recordings);
  return {
    rgb64: rate(environmentPlayer(["rgb"], smallSize), seconds),
    full160x256: rate(environmentPlayer(["rgb", "depth", "segmentation"], fullSize), seconds),
    physics: rate(environmentPlayer(["life_stats"], smallSize), sideShare * seconds),
    reference: {
      rgb64: rate(referencePlayer(smallSize, false), sideShare * seconds),
      full160x256: rate(referencePlayer(fullSize, true), sideShare * seconds),
    },
  };
}

/** Plays recorded actions, one at a time. */
interface Player {
  /** Steps whose time is taken together. */
  readonly windowSteps: number;
  begin(recording: Recording): void;
  step(action: Recording["actions"][number]): void;
}

function environmentPlayer(observe: readonly string[], imageSize: ImageSize): Player {
  const world = new VoxelWorld({ observe, imageSize, maxEpisodeSteps: 1_000_000 } as SpaceRecord);
  return {
    windowSteps: playedTogether,
    begin: (recording) => world.reset(recording),
    step: (action) => world.step(action),
  };
}

function referencePlayer(size: ImageSize, isFull: boolean): Player {
  const renderer = new Renderer({ size, depth: isFull, segmentation: isFull, reference: true });
  let world: Simulation | undefined;
  return {
    windowSteps: referencePlayedTogether,
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

/** Times taken in one recorded episode, milliseconds. */
interface EpisodeTimes {
  readonly recording: Recording;
  readonly windows: number[];
  readonly resets: number[];
}

function measureRate(player: Player, seconds: number, recordings: readonly Recording[]): StepRate {
  const episodes = recordings.map((recording): EpisodeTimes => ({ recording, windows: [], resets: [] }));
  const slice = (seconds * 1000) / visits / episodes.length;
  for (const { recording } of episodes) {
    playFor({ recording, windows: [], resets: [] }, player, slice * visits * warmUpShare);
  }
  for (let visit = 0; visit < visits; visit++) for (const episode of episodes) playFor(episode, player, slice);
  const windows = episodes.reduce((sum, episode) => sum + episode.windows.length, 0);
  return {
    stepsPerSecond: (player.windowSteps * 1000) / meanOf(episodes.map((episode) => medianOf(episode.windows))),
    steps: player.windowSteps * windows,
    windows,
    resetMs: meanOf(episodes.flatMap((episode) => episode.resets)),
  };
}

/** Plays an episode for some milliseconds with its resets, at least one window. */
function playFor({ recording, windows, resets }: EpisodeTimes, player: Player, milliseconds: number): void {
  const { windowSteps } = player;
  const deadline = performance.now() + milliseconds;
  let played = Infinity;
  do {
    if (played + windowSteps > recording.actions.length) {
      resets.push(timeOf(() => player.begin(recording)));
      played = 0;
    }
    const actions = recording.actions.slice(played, played + windowSteps);
    windows.push(timeOf(() => actions.forEach((action) => player.step(action))));
    played += windowSteps;
  } while (performance.now() < deadline);
}

function timeOf(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
