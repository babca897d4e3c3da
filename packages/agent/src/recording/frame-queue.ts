// Hands pictures to a slow encoder in order, with a bound that its producer can wait on.
// Knows nothing about pictures.

/** A queue worked off one item at a time. The first failure stops the work and is thrown by `ready` and `drain`. */
export class FrameQueue<T> {
  readonly #work: (item: T) => Promise<void>;
  readonly #bound: number;
  #pending = 0;
  #tail: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(bound: number, work: (item: T) => Promise<void>) {
    this.#bound = bound;
    this.#work = work;
  }

  push(item: T): void {
    this.#pending += 1;
    this.#tail = this.#tail.then(() => this.#run(item));
  }

  /** Resolves at once while fewer than `bound` items wait, and otherwise when all of them are done. */
  ready(): void | Promise<void> {
    if (this.#failure === undefined && this.#pending < this.#bound) return undefined;
    return this.drain();
  }

  async drain(): Promise<void> {
    await this.#tail;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #run(item: T): Promise<void> {
    try {
      if (this.#failure === undefined) await this.#work(item);
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#pending -= 1;
    }
  }
}
