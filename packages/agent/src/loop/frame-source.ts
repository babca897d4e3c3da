// Where frames come from and actions go to, the same for lockstep environments and realtime streams.
// Knows nothing about windows or policies.
import {
  type Environment,
  type EnvironmentSpec,
  type MaybePromise,
  type ResetOptions,
  type ResetResult,
  type SpaceValue,
  type StepResult,
} from "@dsr/env-bridge/contract";
import { Observable, Subject, map } from "rxjs";
import { asFault } from "../faults.js";
import type { Clock } from "./clock.js";

/** One frame on its way to the loop. The frame of a reset has reward 0 and no end. */
export interface SourceFrame extends StepResult {
  /** Frames lost before this one (realtime); 0 in lockstep. */
  readonly dropped: number;
  /** Milliseconds the environment took to make it, transport included; 0 where nobody waited for it. */
  readonly environmentMs: number;
}

/** A stream of one episode's frames. `start` begins the episode; each `act` says what to do from now on. */
export interface FrameSource {
  readonly spec: EnvironmentSpec;
  readonly frames$: Observable<SourceFrame>;
  start(options: ResetOptions): void;
  act(action: SpaceValue): void;
}

/**
 * An environment that moves only when it is told to: one frame after the reset, one after every action. This is the
 * strictest backpressure: the environment waits for the policy. Nothing is called after `frames$` is unsubscribed.
 */
export function lockstepSource(environment: Environment, clock: Clock): FrameSource {
  const frames = new Subject<SourceFrame>();
  const emit = async (call: () => MaybePromise<ResetResult | StepResult>, what: string): Promise<void> => {
    const begin = clock.now();
    try {
      const result = await call();
      frames.next({ ...quietStep, ...result, dropped: 0, environmentMs: clock.now() - begin });
    } catch (error) {
      frames.error(asFault(error, `environment '${environment.spec.id}', ${what}`));
    }
  };
  return {
    spec: environment.spec,
    frames$: frames,
    start: (options) => void emit(() => environment.reset(options), "reset"),
    act: (action) => void emit(() => environment.step(action), "step"),
  };
}

const quietStep = { reward: 0, terminated: false, truncated: false } as const;

/** One frame of a realtime session, as the bridge's client streams it. */
export interface RealtimeFrame extends StepResult {
  readonly dropped: number;
}

/** What the loop needs of a realtime session of the bridge's client. */
export interface RealtimeStream {
  readonly spec: EnvironmentSpec;
  readonly frames$: Observable<RealtimeFrame>;
  reset(options?: ResetOptions): MaybePromise<unknown>;
  act(action: SpaceValue): MaybePromise<void>;
}

/**
 * A session whose server ticks at its own rate. The first frame after `start` counts as the reset's; an action holds
 * until the next one. The environment waits for nobody, so `environmentMs` is 0.
 */
export function realtimeSource(session: RealtimeStream): FrameSource {
  const failures = new Subject<never>();
  const fail = (what: string) => (error: unknown) =>
    failures.error(asFault(error, `environment '${session.spec.id}', ${what}`));
  const frames$ = new Observable<SourceFrame>((subscriber) => {
    subscriber.add(failures.subscribe(subscriber));
    return session.frames$.pipe(map((frame) => ({ ...frame, environmentMs: 0 }))).subscribe(subscriber);
  });
  return {
    spec: session.spec,
    frames$,
    start: (options) => void attempt(() => session.reset(options)).catch(fail("reset")),
    act: (action) => void attempt(() => session.act(action)).catch(fail("action")),
  };
}

async function attempt(call: () => MaybePromise<unknown>): Promise<void> {
  await call();
}
