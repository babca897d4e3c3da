// One at a time: what uses the whole device waits for what came before it.
// Knows nothing about devices.

/** Runs work in the order it came. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` after everything before it has ended, well or not; rejects with the signal's reason when it fires first. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const result = this.#last.then(() => {
      signal?.throwIfAborted();
      return work();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}
