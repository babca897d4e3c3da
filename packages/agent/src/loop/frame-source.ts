// Where frames come from and actions go to, the same for lockstep environments and realtime streams.
// Knows nothing about windows or policies.
import {
  type Environment,
  type EnvironmentSpec,
  InfrastructureError,
  type MaybePromise,
  type ResetOptions,
  type ResetResult,
  type SpaceValue,
  type StepResult,
} from "@dsr/env-bridge/contract";
import { Observable, Subject } from "rxjs";
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
  /** Ticks since the reset; the first frame is that of tick 1. */
  readonly tick: number;
  /** Frames lost between the last one and this one. */
  readonly dropped: number;
}

/** What the loop needs of a realtime session of the bridge's client. */
export interface RealtimeStream {
  readonly spec: EnvironmentSpec;
  readonly frames$: Observable<RealtimeFrame>;
  reset(options?: ResetOptions): MaybePromise<ResetResult>;
  act(action: SpaceValue): MaybePromise<void>;
}

/**
 * A session whose server ticks at its own rate. An action holds until the next one. The environment waits for nobody,
 * so `environmentMs` is 0. Frames of an earlier episode that are still under way are left out.
 */
export function realtimeSource(session: RealtimeStream): FrameSource {
  const started = new Subject<ResetResult>();
  const fail = (what: string) => (error: unknown) =>
    started.error(asFault(error, `environment '${session.spec.id}', ${what}`));
  const start = async (options: ResetOptions): Promise<void> => started.next(await session.reset(options));
  const act = async (action: SpaceValue): Promise<void> => session.act(action);
  return {
    spec: session.spec,
    frames$: new Observable((subscriber) => {
      const episode = new RealtimeEpisode((frame) => subscriber.next(frame));
      const rest = { error: (error: unknown) => subscriber.error(error) };
      subscriber.add(started.subscribe({ ...rest, next: (result) => episode.begin(result) }));
      subscriber.add(
        session.frames$.subscribe({
          next: (frame) => episode.receive(frame),
          error: fail("stream"),
          complete: () => fail("stream")(new InfrastructureError("the session was closed", { code: "disconnected" })),
        }),
      );
    }),
    start: (options) => void start(options).catch(fail("reset")),
    act: (action) => void act(action).catch(fail("action")),
  };
}

/** Puts the frame of the reset before those of the ticks, which may overtake the reset's promise. */
class RealtimeEpisode {
  readonly #emit: (frame: SourceFrame) => void;
  #early: RealtimeFrame[] = [];
  #lastTick = 0;
  #begun = false;

  constructor(emit: (frame: SourceFrame) => void) {
    this.#emit = emit;
  }

  begin(result: ResetResult): void {
    this.#begun = true;
    this.#emit({ ...quietStep, ...result, dropped: 0, environmentMs: 0 });
    for (const frame of this.#early) this.#emit({ ...frame, environmentMs: 0 });
    this.#early = [];
  }

  receive(frame: RealtimeFrame): void {
    if (this.#begun) return this.#emit({ ...frame, environmentMs: 0 });
    // where the count starts again, the new episode does; frames before it belong to an earlier one
    const isFirst = frame.tick === 1 || frame.tick < this.#lastTick;
    if (isFirst) this.#early = [frame];
    else if (this.#early.length > 0) this.#early.push(frame);
    this.#lastTick = frame.tick;
  }
}
