// Fills a demonstration store: a player plays every task, is disturbed on the way, and what it meant to do is kept.
// Knows nothing about particular environments and players; both are passed in.
import {
  type Environment,
  type EnvironmentFactory,
  type EnvironmentSpec,
  InputError,
  type MaybePromise,
  type Observation,
  type SpaceRecord,
  type TaskInfo,
  createRandom,
  isNdArray,
  unknownNameError,
} from "@dsr/env-bridge/contract";
import { ActionNoise } from "./action-noise.js";
import { DemonstrationWriter, type NewDemonstration } from "./demonstration-store.js";

/** A player of MineDojo's action space. */
export interface Demonstrator {
  /** Observation keys that it reads. */
  readonly observes: readonly string[];
  reset(task: TaskInfo, spec: EnvironmentSpec): void;
  /** The eight integers of the next action. */
  act(observation: Observation): readonly number[];
  /** What it goes for, as the last observation had it: degrees to turn by, metres. */
  focus?(): { readonly yaw: number; readonly pitch: number; readonly distance: number } | undefined;
}

/** Somebody who still learns: plays in the demonstrator's place, who says what would have been right. */
export interface Learner {
  reset(task: TaskInfo, spec: EnvironmentSpec, seed: string): MaybePromise<void>;
  /** The eight integers of the next action. */
  act(observation: Observation): MaybePromise<readonly number[]>;
}

/** What is recorded, and where to. */
export interface RecordOptions {
  readonly out: string;
  readonly tasks: readonly string[];
  /** Episodes played of each task; those without success are left out. */
  readonly episodes: number;
  /** Evaluations draw from the seeds "0", "1", …; this one should be another. */
  readonly seed: string;
  readonly image: readonly [height: number, width: number];
  /** Steps from one kept picture to the next. */
  readonly every: number;
  /** Chance that a disturbance begins at a step; 0 for none. */
  readonly noise: number;
  readonly maxSteps: number;
  readonly cameraInterval: number;
  /**
   * Who plays a share of the episodes, so that places are shown to which its own faults lead (DAgger, Ross et al. 2011).
   * Those episodes are kept without success too.
   */
  readonly learner?: { readonly name: string; readonly share: number; readonly player: Learner } | undefined;
  readonly onEpisode?: (progress: RecordProgress) => void;
  readonly signal?: AbortSignal;
}

/** How far the recording is. */
export interface RecordProgress {
  readonly played: number;
  readonly total: number;
  readonly kept: number;
}

/** Steps of the longest disturbance. */
const longestNoise = 5;

/** Records until every task was played; goes on where a former run stopped. Returns the episodes of the store. */
export async function recordDemonstrations(
  factory: EnvironmentFactory,
  createDemonstrator: () => Demonstrator,
  options: RecordOptions,
): Promise<number> {
  const { out, tasks, every, cameraInterval, episodes } = options;
  const first = createDemonstrator();
  const environment = await factory.create(environmentOptions(first, options));
  const store = DemonstrationWriter.open(out, {
    ...{ height: options.image[0], width: options.image[1], every, cameraInterval },
    ...{ tickRate: environment.spec.tickRate, focus: first.focus !== undefined },
    settings: {
      ...{ seed: options.seed, noise: options.noise, maxSteps: options.maxSteps, tasks, source: factory.name },
      ...(options.learner === undefined ? {} : { learner: options.learner.name, share: options.learner.share }),
    },
  });
  try {
    const total = tasks.length * episodes;
    for (let index = store.nextIndex; index < total && options.signal?.aborted !== true; index++) {
      const task = taskOf(environment.spec, tasks[index % tasks.length] ?? "");
      const played = await playEpisode(environment, createDemonstrator(), { options, index, task });
      if (played !== undefined) store.add(played);
      options.onEpisode?.({ played: index + 1, total, kept: store.count });
    }
    return store.count;
  } finally {
    store.close();
    await environment.close();
  }
}

function environmentOptions({ observes }: Demonstrator, options: RecordOptions): SpaceRecord {
  return {
    imageSize: options.image,
    observe: [...new Set(["rgb", ...observes])],
    cameraInterval: options.cameraInterval,
    maxEpisodeSteps: options.maxSteps,
  };
}

function taskOf({ tasks }: EnvironmentSpec, id: string): TaskInfo {
  const found = tasks.find((task) => task.id === id);
  if (found !== undefined) return found;
  throw unknownNameError(
    "task",
    id,
    tasks.map((task) => task.id),
    "unknown-task",
  );
}

interface Episode {
  readonly options: RecordOptions;
  readonly index: number;
  readonly task: TaskInfo;
}

/** The episode, or undefined when the demonstrator did not succeed. */
async function playEpisode(
  environment: Environment,
  demonstrator: Demonstrator,
  { options, index, task }: Episode,
): Promise<NewDemonstration | undefined> {
  const seed = `${options.seed}/${task.id}/${index}`;
  const noise = new ActionNoise(createRandom(seed, "noise"), {
    ...{ rate: options.noise, longest: longestNoise, cameraInterval: options.cameraInterval },
  });
  const { learner } = options;
  const player = learner && createRandom(seed, "who plays").float() < learner.share ? learner.player : undefined;
  const pictures: Uint8Array[] = [];
  const [actions, focus]: [number[], number[]] = [[], []];
  const played = (): NewDemonstration => ({
    ...{ index, task: task.id, prompt: task.prompt, seed },
    frames: Buffer.concat(pictures),
    actions: Uint16Array.from(actions),
    ...(demonstrator.focus === undefined ? {} : { focus: Float32Array.from(focus) }),
  });
  let { observation } = await environment.reset({ seed, task: task.id });
  demonstrator.reset(task, environment.spec);
  await player?.reset(task, environment.spec, seed);
  for (let step = 0; step < options.maxSteps; step++) {
    const isKept = step % options.every === 0;
    if (isKept) pictures.push(pictureOf(observation));
    const meant = demonstrator.act(observation);
    actions.push(...meant);
    if (isKept) focus.push(...focusOf(demonstrator, environment.spec, options));
    const result = await environment.step(player === undefined ? noise.apply(meant) : await player.act(observation));
    if (result.info.success === true) return played();
    if (result.terminated || result.truncated) break;
    observation = result.observation;
  }
  return player === undefined ? undefined : played();
}

/** Vertical field of view of an environment that does not tell, degrees. */
const defaultFov = 70;

/** Turn, distance, and whether it lies within the picture's edges, as a pinhole camera sees it. */
function focusOf(
  demonstrator: Demonstrator,
  { metadata }: EnvironmentSpec,
  { image }: RecordOptions,
): readonly number[] {
  const found = demonstrator.focus?.();
  if (found === undefined) return [NaN, NaN, NaN, NaN];
  const { yaw, pitch, distance } = found;
  const half = Math.tan((Number(metadata["verticalFov"] ?? defaultFov) * Math.PI) / 360);
  const tangent = (degrees: number): number =>
    Math.abs(degrees) < 89 ? Math.tan((degrees * Math.PI) / 180) : Infinity;
  const isInView = Math.abs(tangent(yaw)) < (half * image[1]) / image[0] && Math.abs(tangent(pitch)) < half;
  return [yaw, pitch, distance, isInView ? 1 : 0];
}

/** A copy: environments may reuse their buffers. */
function pictureOf({ rgb }: Observation): Uint8Array {
  if (isNdArray(rgb) && rgb.data instanceof Uint8Array) return rgb.data.slice();
  throw new InputError(`demonstrations: expected pictures under 'rgb', found ${typeof rgb}`);
}
