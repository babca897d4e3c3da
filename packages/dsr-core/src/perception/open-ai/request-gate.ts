// Lets a bounded number of requests through at once, and none while the server asks for quiet.
// Knows nothing about what a request is.
import type { RetryRuntime } from "./retry.js";

/** Counts who is inside; the others wait in order. */
export class RequestGate {
  readonly #runtime: RetryRuntime;
  readonly #waiting: (() => void)[] = [];
  #free: number;
  #quietUntil = 0;

  constructor(concurrency: number, runtime: RetryRuntime) {
    this.#free = concurrency;
    this.#runtime = runtime;
  }

  /** Runs `work` when a place is free and no quiet is asked for. */
  async pass<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.enter(signal);
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /** Takes a place; `leave` gives it back. Rejects with the signal's reason. */
  async enter(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#queue(signal);
    try {
      await this.#waitForQuietToEnd(signal);
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }

  /** Holds everybody back for a while: what a rate limit asks for. */
  quiet(milliseconds: number): void {
    this.#quietUntil = Math.max(this.#quietUntil, this.#runtime.now() + milliseconds);
  }

  async #waitForQuietToEnd(signal: AbortSignal | undefined): Promise<void> {
    const left = this.#quietUntil - this.#runtime.now();
    if (left > 0) await this.#runtime.wait(left, signal);
  }

  #queue(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      const abort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(signal?.reason as Error);
      };
      this.#waiting.push(go);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }
}
