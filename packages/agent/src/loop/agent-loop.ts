// The reactive loop: frames → window → decide → act. One pipeline for both modes; the source decides who waits.
// Knows nothing about recording, viewing or measuring: those subscribe to its events.
import {
  InfrastructureError,
  InputError,
  type MaybePromise,
  type Seed,
  type SpaceValue,
  type TaskInfo,
  createRandom,
  seedText,
  unknownNameError,
  violationOf,
} from "@dsr/env-bridge/contract";
import { Observable, type SchedulerLike, type Subscriber, asyncScheduler, filter, map, takeWhile, timeout } from "rxjs";
import { asFault, cancelledError } from "../faults.js";
import type { Policy } from "../policy/policy.js";
import { type Clock, systemClock } from "./clock.js";
import { EpisodeState, type StopRule } from "./episode-state.js";
import type { EpisodeDescription, LoopEvent } from "./events.js";
import type { FrameSource } from "./frame-source.js";
import type { FrameWindow } from "./frame-window.js";
import { newestMap } from "./newest-map.js";

/** How one episode is to be run. Everything that makes it differ from machine to machine is passed in. */
export interface LoopOptions {
  /** A task id of the environment; its first task unless given. */
  readonly task?: string | undefined;
  /** Goes to the environment and the policy; drawn when missing. */
  readonly seed?: Seed | undefined;
  /** Frames the policy sees; the policy's own wish unless given. */
  readonly windowLength?: number | undefined;
  /** Ends the episode after so many steps; unlimited unless given. */
  readonly maxSteps?: number | undefined;
  /** Ends the episode early; at the first success unless given. */
  readonly stopWhen?: StopRule | undefined;
  /** Awaited before each decision: a subscriber that cannot keep up (a recorder, say) holds the loop here. */
  readonly pace?: (() => MaybePromise<void>) | undefined;
  /** Longest wait for a frame, milliseconds; unlimited unless given. Longer is an infrastructure failure. */
  readonly frameTimeoutMs?: number | undefined;
  /** Stops the episode with a `cancelled` error. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
  /** Drives the frame timeout. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** The default stop rule: the first frame whose info says success. */
export const stopAtSuccess: StopRule = (frame) => frame.info.success === true;

/**
 * Runs one episode while subscribed. The observable is cold; it completes after `episode-finished`, and unsubscribing
 * or aborting stops it: nothing is called any more and nothing stays open. Environment and policy belong to the caller.
 *
 * Errors: InputError for an unknown task or an action outside the space; InfrastructureError when the environment, the
 * connection or the policy failed; DsrError `cancelled` when the signal said so.
 */
export function agentLoop(source: FrameSource, policy: Policy, options: LoopOptions = {}): Observable<LoopEvent> {
  return new Observable((subscriber) => {
    try {
      const run = prepare(source, policy, options, subscriber);
      linkSignal(options.signal, subscriber);
      subscriber.add(pipeline(run).subscribe({ error: (error: unknown) => subscriber.error(error) }));
      void startEpisode(run);
    } catch (error) {
      subscriber.error(error);
    }
  });
}

interface Run {
  readonly source: FrameSource;
  readonly policy: Policy;
  readonly options: LoopOptions;
  readonly clock: Clock;
  readonly episode: EpisodeDescription;
  readonly state: EpisodeState;
  readonly subscriber: Subscriber<LoopEvent>;
}

function prepare(source: FrameSource, policy: Policy, options: LoopOptions, subscriber: Subscriber<LoopEvent>): Run {
  const clock = options.clock ?? systemClock;
  const episode: EpisodeDescription = {
    task: taskOf(source, options.task),
    seed: seedText(options.seed ?? drawSeed()),
    policy: policy.name,
    spec: source.spec,
  };
  const rules = {
    windowLength: options.windowLength ?? policy.windowLength ?? 1,
    maxSteps: options.maxSteps ?? Infinity,
    stopWhen: options.stopWhen ?? stopAtSuccess,
    clock,
  };
  const state = new EpisodeState(episode, rules, (event) => subscriber.next(event));
  return { source, policy, options, clock, episode, state, subscriber };
}

function pipeline(run: Run): Observable<SpaceValue> {
  const { source, state, subscriber, options } = run;
  return source.frames$.pipe(
    timeoutOf(options, source),
    map((frame) => state.receive(frame)),
    takeWhile(() => {
      if (state.ended) subscriber.complete();
      return !state.ended;
    }),
    newestMap(
      (window) => decide(run, window),
      () => state.skip(),
    ),
    filter((action): action is SpaceValue => action !== undefined && !subscriber.closed),
    map((action) => {
      state.act(action);
      source.act(action);
      return action;
    }),
  );
}

async function startEpisode({ source, policy, episode, subscriber }: Run): Promise<void> {
  try {
    await policy.reset({ task: episode.task, seed: episode.seed, spec: source.spec });
  } catch (error) {
    subscriber.error(asFault(error, `policy '${policy.name}', reset`, "internal"));
  }
  if (!subscriber.closed) {
    source.start({ seed: episode.seed, ...(source.spec.tasks.length > 0 && { task: episode.task.id }) });
  }
}

/** The action for a window; undefined when the loop was stopped meanwhile. */
async function decide(run: Run, window: FrameWindow): Promise<SpaceValue | undefined> {
  const { policy, options, state, subscriber, episode, clock, source } = run;
  if (options.pace !== undefined) await options.pace();
  if (subscriber.closed) return undefined;
  const next = state.nextOfChunk();
  if (next !== undefined) return next;
  const begin = clock.now();
  const chunk = await askPolicy(policy, window, episode.task);
  if (subscriber.closed) return undefined;
  for (const action of chunk) checkAction(action, source, policy);
  return state.decide(chunk, window, begin);
}

async function askPolicy(policy: Policy, window: FrameWindow, task: TaskInfo): Promise<readonly SpaceValue[]> {
  try {
    const chunk = await policy.act(window, task);
    if (chunk.length > 0) return chunk;
  } catch (error) {
    throw asFault(error, `policy '${policy.name}', decision at step ${window.newest.step}`, "internal");
  }
  throw new InputError(`policy '${policy.name}': expected at least one action, found an empty chunk`, {
    code: "invalid-action",
  });
}

function checkAction(action: SpaceValue, source: FrameSource, policy: Policy): void {
  const violation = violationOf(source.spec.actionSpace, action, "action");
  if (violation === undefined) return;
  throw new InputError(`policy '${policy.name}': ${violation}`, { code: "invalid-action" });
}

function taskOf(source: FrameSource, id: string | undefined): TaskInfo {
  const { tasks } = source.spec;
  const first = tasks[0];
  if (id === undefined) return first ?? { id: source.spec.id, prompt: "" };
  const found = tasks.find((task) => task.id === id);
  if (found !== undefined) return found;
  const known = tasks.map((task) => task.id);
  throw unknownNameError("task", id, known, "unknown-task");
}

function timeoutOf<T>(options: LoopOptions, source: FrameSource): (frames: Observable<T>) => Observable<T> {
  const each = options.frameTimeoutMs;
  if (each === undefined) return (frames) => frames;
  const message = `environment '${source.spec.id}': expected a frame within ${each} ms, found none`;
  return timeout({
    each,
    scheduler: options.scheduler ?? asyncScheduler,
    with: () => {
      throw new InfrastructureError(message, { code: "timeout", retriable: true });
    },
  });
}

function linkSignal(signal: AbortSignal | undefined, subscriber: Subscriber<LoopEvent>): void {
  if (signal === undefined) return;
  const stop = (): void => subscriber.error(cancelledError("episode"));
  if (signal.aborted) throw cancelledError("episode");
  signal.addEventListener("abort", stop, { once: true });
  subscriber.add(() => signal.removeEventListener("abort", stop));
}

function drawSeed(): string {
  return createRandom(`${Date.now()} ${performance.now()}`, "episode-seed").uint32().toString(36);
}
