// Scenes to film: several mobs that keep moving, and a camera that flies; no goal and no end.
// Knows nothing about what the pictures are for.
import {
  DsrError,
  type Environment,
  type EnvironmentFactory,
  type EnvironmentSpec,
  InputError,
  createRandom,
  minedojoNoop,
  type ResetOptions,
  type ResetResult,
  seedText,
  type SpaceRecord,
  type SpaceValue,
  type StepResult,
  unknownNameError,
} from "@dsr/env-bridge/contract";
import { Observer, observationSpaceOf } from "../environment/observer.js";
import { parseOptions, type VoxelWorldOptions } from "../environment/options.js";
import type { Simulation } from "../simulation/simulation.js";
import { type BiomeName, biomeNames } from "../world/scene.js";
import { cameraMotionSpace, decodeCameraMotion, flyCamera } from "./free-camera.js";
import { RestlessMobs } from "./restless-mobs.js";
import { startScene } from "./start-scene.js";

const ticksPerSecond = 20;
const observable: readonly string[] = ["rgb", "depth", "segmentation", "camera", "entities"];
const prefix = "scene_";

interface Shot {
  readonly world: Simulation;
  readonly mobs: RestlessMobs;
}

/**
 * One scene a biome, named `scene_<biome>`. Options are the embedded world's, of which `observe`, `imageSize` and
 * `verticalFov` matter, `ticksPerStep` (1 to 20): game ticks of a step, and `pictureEvery` (1 to 100): pictures are drawn
 * anew on every so many steps only and repeated in between, for those who read few of them.
 */
export class VoxelScene implements Environment {
  readonly spec: EnvironmentSpec;
  private readonly options: VoxelWorldOptions;
  private readonly ticksPerStep: number;
  private readonly pictureEvery: number;
  private readonly observer: Observer;
  private shot: Shot | undefined;
  private steps = 0;

  /** @throws InputError when an option is unknown or out of range */
  constructor({ ticksPerStep = 1, pictureEvery = 1, ...options }: SpaceRecord = {}) {
    this.options = parseOptions({ observe: ["rgb", "segmentation", "camera", "entities"], ...options });
    const stranger = this.options.observe.find((key) => !observable.includes(key));
    if (stranger !== undefined) throw unknownNameError("observation key", stranger, observable);
    this.ticksPerStep = countOf("ticksPerStep", ticksPerStep, 20);
    this.pictureEvery = countOf("pictureEvery", pictureEvery, 100);
    this.observer = new Observer(this.options);
    this.spec = {
      id: "voxel-scene",
      observationSpace: observationSpaceOf(this.options),
      actionSpace: cameraMotionSpace(),
      tasks: biomeNames.map((biome) => ({
        id: prefix + biome,
        prompt: `film the mobs in ${biome.replaceAll("_", " ")}`,
      })),
      tickRate: ticksPerSecond / this.ticksPerStep,
      autoreset: "disabled",
      metadata: { verticalFov: this.options.verticalFov, ticksPerStep: this.ticksPerStep, noop: [0, 0, 0, 0, 0] },
    };
  }

  /** Starts a scene. @throws InputError (`unknown-task`) for an id that is not in the spec */
  reset({ task = `${prefix}plains`, seed = "0" }: ResetOptions = {}): ResetResult {
    const biome = biomeNames.find((name: BiomeName) => prefix + name === task);
    if (biome === undefined) {
      const known = biomeNames.map((name) => prefix + name);
      throw unknownNameError("task", task, known, "unknown-task");
    }
    const world = startScene(biome, seed);
    this.observer.reset();
    this.steps = 0;
    this.shot = { world, mobs: new RestlessMobs(world, createRandom(seed, "errands", biome)) };
    const info = { success: false, seed: seedText(seed), task, biome, timeOfDay: world.timeOfDay };
    return { observation: this.observer.read(world), info };
  }

  /** Moves camera and world on by `ticksPerStep` ticks. @throws InputError (`invalid-action`), DsrError (`wrong-state`) */
  step(action: SpaceValue): StepResult {
    if (this.shot === undefined) throw new DsrError("wrong-state", "step: expected a reset first, found none");
    const motion = decodeCameraMotion(action);
    const { world, mobs } = this.shot;
    for (let tick = 0; tick < this.ticksPerStep; tick++) {
      mobs.stir();
      world.tick(minedojoNoop);
      flyCamera(world.player, world.grid, motion);
    }
    this.steps++;
    const observation = this.observer.read(world, this.steps % this.pictureEvery === 0);
    return { observation, reward: 0, terminated: false, truncated: false, info: { success: false } };
  }

  /** Lets the scene go. */
  close(): void {
    this.shot = undefined;
  }
}

function countOf(option: string, value: SpaceValue, most: number): number {
  const count = typeof value === "number" || typeof value === "bigint" ? Number(value) : Number.NaN;
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new InputError(`option ${option}: expected an integer from 1 to ${most}, found ${JSON.stringify(value)}`);
}

/** Hosts scenes to film. */
export const voxelSceneFactory: EnvironmentFactory = {
  name: "voxel-scene",
  description: "Scenes of the embedded world with restless mobs and a flying camera, for data",
  create: (options) => new VoxelScene(options),
};
