// What a policy is: recent frames and a task in, a chunk of actions out.
// Knows nothing about models, sockets or how frames arrive.
import type { EnvironmentSpec, MaybePromise, Seed, SpaceRecord, SpaceValue, TaskInfo } from "@dsr/env-bridge/contract";
import type { FrameWindow } from "../loop/frame-window.js";

/** At least one action; the loop carries them out in turn and asks again when they are used up. */
export type ActionChunk = readonly SpaceValue[];

/** What a policy is told when an episode begins. The same context must lead to the same actions for equal frames. */
export interface PolicyContext {
  readonly task: TaskInfo;
  readonly seed: Seed;
  readonly spec: EnvironmentSpec;
}

/** Decides what to do. Calls come one after the other: `reset` begins an episode, then `act` as often as needed. */
export interface Policy {
  readonly name: string;
  /** Frames the policy looks back on; 1 unless given. */
  readonly windowLength?: number | undefined;
  reset(context: PolicyContext): MaybePromise<void>;
  act(window: FrameWindow, task: TaskInfo): MaybePromise<ActionChunk>;
  close?(): MaybePromise<void>;
}

/** What a model was asked, and what it said, in words for people. */
export interface Exchange {
  readonly asked: string;
  readonly answered: string;
}

/** A decision of a policy that asks a model. */
export interface Decision {
  /** The episode's step at which it was made. */
  readonly step: number;
  readonly exchanges: readonly Exchange[];
}

/** What a factory is given to make one policy. */
export interface PolicyCreation {
  readonly seed: Seed;
  readonly spec: EnvironmentSpec;
  /** Settings of the policy, such as `{ model: "models/small" }`; the factory refuses those it does not know. */
  readonly options?: SpaceRecord | undefined;
  /** Is told what policies that ask a model ask, as they do. */
  readonly onDecision?: ((decision: Decision) => void) | undefined;
}

/** Makes policies of one kind; a command line finds factories by name. */
export interface PolicyFactory {
  readonly name: string;
  /** One line for `--help` and listings. */
  readonly description: string;
  /** Observation keys the policy reads; an environment without one of them is refused. */
  readonly observes: readonly string[];
  /** Environment options the policy depends on, such as `{ entities: true }`; they go over the caller's. */
  readonly environmentOptions?: SpaceRecord | ((options: SpaceRecord) => SpaceRecord) | undefined;
  create(creation: PolicyCreation): MaybePromise<Policy>;
}

/** What a policy with these options asks of its environment. @throws InputError for options that it does not know */
export function environmentOptionsOf({ environmentOptions }: PolicyFactory, options: SpaceRecord = {}): SpaceRecord {
  return typeof environmentOptions === "function" ? environmentOptions(options) : (environmentOptions ?? {});
}
