// The embedded world as an environment: reset, step, success, death and the step limit.
// Knows nothing about how the world moves or looks.
import {
  DsrError,
  type Environment,
  type EnvironmentFactory,
  type EnvironmentSpec,
  InputError,
  type MinedojoAction,
  type ResetOptions,
  type ResetResult,
  type Seed,
  type SpaceRecord,
  type SpaceValue,
  type StepInfo,
  type StepResult,
  decodeMinedojoAction,
  minedojoActionSpace,
  minedojoNoop,
  seedText,
} from "@dsr/env-bridge/contract";
import type { Simulation } from "../simulation/simulation.js";
import { Goal, startWorld, taskInfos, taskSpecOf } from "../tasks/index.js";
import { metadataOf, parseOptions, type VoxelWorldOptions } from "./options.js";
import { Observer, observationSpaceOf } from "./observer.js";

/** MineDojo plays these functions for one tick and then does nothing for two more. */
const slowFunctions: ReadonlySet<MinedojoAction["function"]> = new Set(["drop", "craft", "equip", "place", "destroy"]);
const settlingTicks = 2;
const ticksPerSecond = 20;

interface Episode {
  readonly world: Simulation;
  readonly goal: Goal;
  steps: number;
  hasEnded: boolean;
}

/**
 * A deterministic Minecraft-like world with MineDojo's tasks, actions and observations. `reset` and `step` answer at
 * once. Picture buffers are reused: copy what must outlive the next call.
 */
export class VoxelWorld implements Environment {
  readonly spec: EnvironmentSpec;
  private readonly options: VoxelWorldOptions;
  private readonly observer: Observer;
  private episode: Episode | undefined;

  /** @throws InputError when an option is unknown or out of range */
  constructor(options: SpaceRecord = {}) {
    this.options = parseOptions(options);
    this.observer = new Observer(this.options);
    this.spec = {
      id: "voxel-world",
      observationSpace: observationSpaceOf(this.options),
      actionSpace: minedojoActionSpace(this.options.cameraInterval),
      tasks: taskInfos(),
      tickRate: ticksPerSecond,
      maxEpisodeSteps: this.options.maxEpisodeSteps,
      autoreset: "disabled",
      metadata: metadataOf(this.options),
    };
  }

  /** Starts an episode. @throws InputError (`unknown-task`) for an id that is not in the spec */
  reset(options: ResetOptions = {}): ResetResult {
    const task = taskSpecOf(options.task ?? this.spec.tasks[0]?.id ?? "");
    const seed = options.seed ?? drawSeed();
    const world = startWorld(task, seed);
    this.observer.reset();
    this.episode = { world, goal: new Goal(task, world), steps: 0, hasEnded: false };
    return {
      observation: this.observer.read(world),
      info: { success: false, dead: false, ticks: 0, seed: seedText(seed), task: task.id, biome: world.biome },
    };
  }

  /**
   * Plays one action. @throws InputError (`invalid-action`) for an action outside the space, or an empty slot in strict
   * mode; DsrError (`wrong-state`) before the first reset and after the end of an episode
   */
  step(value: SpaceValue): StepResult {
    const episode = this.runningEpisode();
    const action = decodeMinedojoAction(value, this.options.cameraInterval);
    if (this.options.strict) refuseEmptySlot(action, episode.world);
    const { world, goal } = episode;
    const { reward, ticks, note } = play(world, goal, action);
    episode.steps++;
    const success = goal.isReached;
    const dead = world.player.isDead;
    const terminated = success || dead;
    const truncated = !terminated && episode.steps >= this.options.maxEpisodeSteps;
    episode.hasEnded = terminated || truncated;
    const info: StepInfo = { success, dead, ticks, ...(note === undefined ? {} : { note }) };
    return { observation: this.observer.read(world), reward, terminated, truncated, info };
  }

  /** Lets the world go. */
  close(): void {
    this.episode = undefined;
  }

  private runningEpisode(): Episode {
    if (this.episode === undefined) throw new DsrError("wrong-state", "step: expected a reset first, found none");
    if (this.episode.hasEnded) {
      throw new DsrError("wrong-state", "step: expected a running episode, found one that has ended; call reset");
    }
    return this.episode;
  }
}

interface Played {
  readonly reward: number;
  readonly ticks: number;
  readonly note: string | undefined;
}

/** Plays an action's ticks; rewards of all of them count (MineDojo keeps only the last, which loses successes). */
function play(world: Simulation, goal: Goal, action: MinedojoAction): Played {
  const note = world.tick(action);
  let reward = goal.takeReward();
  let ticks = 1;
  if (slowFunctions.has(action.function)) {
    for (; ticks <= settlingTicks; ticks++) {
      world.tick(minedojoNoop);
      reward += goal.takeReward();
    }
  }
  return { reward, ticks, note };
}

function refuseEmptySlot(action: MinedojoAction, world: Simulation): void {
  const usesSlot = action.function === "equip" || action.function === "place" || action.function === "destroy";
  if (!usesSlot || world.player.inventory.slots[action.slot] !== undefined) return;
  throw new InputError(`action ${action.function}: expected an item in slot ${action.slot}, found air`, {
    code: "invalid-action",
  });
}

/** A seed for callers that bring none; it is reported, so that the episode can be played again. */
function drawSeed(): Seed {
  return String(Math.floor(Math.random() * 2 ** 48));
}

/** Hosts the embedded world. */
export const voxelWorldFactory: EnvironmentFactory = {
  name: "voxel-world",
  description: "Embedded Minecraft-like world with MineDojo's combat and harvest tasks on eight mobs",
  create: (options) => new VoxelWorld(options),
};
