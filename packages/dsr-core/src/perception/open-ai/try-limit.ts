// A time limit for one try, joined with the caller's own signal.
// Knows nothing about requests.
import { PassingFailure } from "./retry.js";

/** A signal that fires when the caller's does or when the time is up. */
export class TryLimit {
  readonly #controller = new AbortController();
  readonly #milliseconds: number;
  readonly #outer: AbortSignal | undefined;
  readonly #abort = (): void => this.#controller.abort(this.#outer?.reason);
  #timer: NodeJS.Timeout | undefined;
  #late = false;

  constructor(milliseconds: number, outer: AbortSignal | undefined) {
    this.#milliseconds = milliseconds;
    this.#outer = outer;
    outer?.addEventListener("abort", this.#abort, { once: true });
    this.restart();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Gives the whole time again. */
  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#late = true;
      this.#controller.abort();
    }, this.#milliseconds);
  }

  /** Throws the caller's reason if that is why the try ended; else the time limit or what was thrown. */
  explain(error: unknown): unknown {
    this.#outer?.throwIfAborted();
    return this.#late
      ? new PassingFailure(`expected an answer within ${this.#milliseconds} ms, found none`, error)
      : error;
  }

  /** Stops the clock and lets go of the caller's signal. */
  end(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#abort);
  }
}
