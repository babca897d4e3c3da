// The environment contract: Gymnasium's reset and step, with named observations, tasks and success.
// Knows nothing about sockets, agents or any particular world.
import { z } from "zod";
import type { Seed } from "./random.js";
import { type DictSpace, type Space, type SpaceRecord, type SpaceValue, spaceSchema } from "./spaces.js";

/** Some environments answer at once, others after a while; callers await either. */
export type MaybePromise<T> = T | Promise<T>;

/** One task an environment offers. */
export interface TaskInfo {
  readonly id: string;
  /** What the agent is told, in words. */
  readonly prompt: string;
}

/** What to do when an episode has ended and `step` is called again (Gymnasium's autoreset modes). */
export const autoresetModes = ["disabled", "next-step", "same-step"] as const;
export type AutoresetMode = (typeof autoresetModes)[number];

/** Everything a peer must know before the first step. It travels in the handshake. */
export interface EnvironmentSpec {
  readonly id: string;
  readonly observationSpace: DictSpace;
  readonly actionSpace: Space;
  readonly tasks: readonly TaskInfo[];
  /** Steps a second of game time. In realtime mode the server ticks at this rate. */
  readonly tickRate: number;
  /** Episodes are truncated after this many steps, when given. */
  readonly maxEpisodeSteps?: number | undefined;
  /** How the environment behaves by itself. Vector sessions may add an autoreset of their own. */
  readonly autoreset: AutoresetMode;
  /** Facts that a policy needs beside the spaces, such as `{ cameraInterval: 15 }` (degrees). */
  readonly metadata: SpaceRecord;
}

export const taskInfoSchema = z.object({ id: z.string().min(1), prompt: z.string() });

export const environmentSpecSchema: z.ZodType<EnvironmentSpec> = z.object({
  id: z.string().min(1),
  observationSpace: spaceSchema.refine(
    (space) => space.type === "dict",
    "expected a dict space",
  ) as z.ZodType<DictSpace>,
  actionSpace: spaceSchema,
  tasks: z.array(taskInfoSchema),
  tickRate: z.number().positive(),
  maxEpisodeSteps: z.number().int().positive().optional(),
  autoreset: z.enum(autoresetModes),
  metadata: z.record(z.string(), z.unknown()) as unknown as z.ZodType<SpaceRecord>,
});

export interface ResetOptions {
  /** The same seed and actions give the same bytes of every observation. Without one, the environment draws one. */
  readonly seed?: Seed | undefined;
  /** A task id of the spec; without one, the environment's first. Unknown ids are an `unknown-task` error. */
  readonly task?: string | undefined;
}

/** Named ndarrays, scalars and lists, as the observation space says. */
export type Observation = SpaceRecord;

/** Facts beside the observation. `success` is set at every step of environments with tasks. */
export interface StepInfo {
  readonly success?: boolean;
  readonly [key: string]: SpaceValue | undefined;
}

export interface ResetResult {
  readonly observation: Observation;
  readonly info: StepInfo;
}

export interface StepResult {
  readonly observation: Observation;
  readonly reward: number;
  /** The task ended by itself: success, death, or a goal that can no longer be reached. */
  readonly terminated: boolean;
  /** The episode was cut off, such as by the step limit. */
  readonly truncated: boolean;
  readonly info: StepInfo;
}

/**
 * An environment. Calls come one after the other, never two at once. `reset` must come first; `step` after the end of
 * an episode is a `wrong-state` error unless the spec declares an autoreset mode. A thrown DsrError with a bad-input
 * code is the caller's fault; anything else that is thrown counts as an infrastructure failure.
 *
 * Observations may reuse their buffers: an array is valid until the next call of `reset` or `step`.
 */
export interface Environment {
  readonly spec: EnvironmentSpec;
  reset(options?: ResetOptions): MaybePromise<ResetResult>;
  step(action: SpaceValue): MaybePromise<StepResult>;
  close(): MaybePromise<void>;
}

/** Makes environments of one kind; a server hosts factories by name. */
export interface EnvironmentFactory {
  readonly name: string;
  /** One line for `--help` and listings. */
  readonly description: string;
  /**
   * Makes one environment.
   * @param options environment-specific settings, such as `{ imageSize: [160, 256] }`
   * @throws InputError when an option is unknown or out of range
   */
  create(options: SpaceRecord): MaybePromise<Environment>;
}
