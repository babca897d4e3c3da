// Between a ticking environment and its peer: at most one frame waits, and it is the newest.
// Knows nothing about sockets or clocks.
import type { StepResult } from "../contract/environment.js";
import type { SpaceRecord } from "../contract/spaces.js";
import type { ServerCounters } from "./events.js";
import type { SessionOutlet } from "./session-program.js";
import { lazyTimings } from "./timings.js";

/** The newest frame, with what has happened since the last one that was sent. */
interface WaitingFrame {
  readonly tick: number;
  readonly result: StepResult;
  readonly environmentMs: number;
}

/** Sends frames as fast as the peer takes them. A frame's arrays stay valid until the next step, and so does the frame. */
export class FrameOutlet {
  /** Frames that may be under way without an acknowledgement; undefined when the peer sends none. */
  readonly #window: number | undefined;
  readonly #counters: ServerCounters;
  #outlet: SessionOutlet | undefined;
  #waiting: WaitingFrame | undefined;
  #sending = false;
  #stepping = false;
  #generation = 0;
  #frame = 0;
  #acknowledged = 0;
  #dropped = 0;
  #reward = 0;
  #terminated = false;
  #truncated = false;

  constructor(window: number | undefined, counters: ServerCounters) {
    this.#window = window;
    this.#counters = counters;
  }

  bind(outlet: SessionOutlet): void {
    this.#outlet = outlet;
  }

  /** The environment is about to write into the waiting frame's buffers. */
  beginStep(): void {
    this.#stepping = true;
  }

  /** Takes the result of a tick; an older frame that still waits is dropped, but its reward and flags are kept. */
  offer(tick: number, result: StepResult, environmentMs: number): void {
    this.#stepping = false;
    if (this.#waiting !== undefined) this.#drop();
    this.#reward += result.reward;
    this.#terminated ||= result.terminated;
    this.#truncated ||= result.truncated;
    this.#waiting = { tick, result, environmentMs };
    this.#send();
  }

  /** The peer has everything up to a frame. */
  acknowledge(frame: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, Math.min(frame, this.#frame));
    this.#send();
  }

  /** Another connection knows nothing of what was under way on the last one. */
  setAttached(attached: boolean): void {
    this.#generation++;
    this.#sending = false;
    this.#acknowledged = this.#frame;
    if (attached) this.#send();
  }

  /** Forgets what happened before a reset. */
  clear(): void {
    this.#waiting = undefined;
    this.#stepping = false;
    this.#forget();
  }

  #drop(): void {
    this.#dropped++;
    this.#counters.framesDropped++;
  }

  #send(): void {
    const { tick, result, environmentMs } = this.#waiting ?? {};
    if (tick === undefined || result === undefined || environmentMs === undefined || !this.#mayGo()) return;
    const generation = this.#generation;
    this.#sending = true;
    const message = this.#message({ tick, result, environmentMs });
    const went = this.#outlet?.push(message, () => this.#onSent(generation)) ?? false;
    if (!went) {
      this.#sending = false;
      this.#frame--;
      return;
    }
    this.#counters.framesSent++;
    this.#waiting = undefined;
    this.#forget();
  }

  #mayGo(): boolean {
    const credit = this.#window === undefined || this.#frame - this.#acknowledged < this.#window;
    return credit && !this.#sending && !this.#stepping;
  }

  #message({ tick, result, environmentMs }: WaitingFrame): object {
    return {
      type: "frame",
      session: this.#outlet?.id ?? "",
      frame: ++this.#frame,
      tick,
      observation: result.observation,
      reward: this.#reward,
      terminated: this.#terminated,
      truncated: this.#truncated,
      info: result.info as SpaceRecord,
      dropped: this.#dropped,
      timings: lazyTimings(0, environmentMs),
    };
  }

  #onSent(generation: number): void {
    if (generation !== this.#generation) return;
    this.#sending = false;
    this.#send();
  }

  #forget(): void {
    this.#dropped = 0;
    this.#reward = 0;
    this.#terminated = false;
    this.#truncated = false;
  }
}
