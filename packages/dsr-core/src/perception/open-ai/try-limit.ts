// A time limit for one try, joined with the caller's own signal.
// Knows nothing about requests.
import { PassingFailure, type RetryRuntime } from "./retry.js";

/** A signal that fires when the caller's does or when the time is up. */
export class TryLimit {
  readonly #controller = new AbortController();
  readonly #milliseconds: number;
  readonly #outer: AbortSignal | undefined;
  readonly #abort = (): void => this.#controller.abort(this.#outer?.reason);
  readonly #runtime: Pick<RetryRuntime, "after">;
  #callOff = (): void => undefined;
  #late = false;

  constructor(milliseconds: number, runtime: Pick<RetryRuntime, "after">, outer: AbortSignal | undefined) {
    this.#milliseconds = milliseconds;
    this.#runtime = runtime;
    this.#outer = outer;
    outer?.addEventListener("abort", this.#abort, { once: true });
    this.restart();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Gives the whole time again. */
  restart(): void {
    this.#callOff();
    this.#callOff = this.#runtime.after(this.#milliseconds, () => {
      this.#late = true;
      this.#controller.abort();
    });
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
    this.#callOff();
    this.#outer?.removeEventListener("abort", this.#abort);
  }
}
