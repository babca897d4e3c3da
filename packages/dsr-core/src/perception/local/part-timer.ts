// Adds up how long each part of one answer took.
// Knows nothing about the parts.
import type { AnswerTimings } from "../answerer.js";

/** Parts of the work, by their keys in AnswerTimings. */
export type TimedPart = Exclude<keyof AnswerTimings, "totalMs">;

/** A stopwatch with a hand for each part. */
export class PartTimer {
  readonly #start = performance.now();
  readonly #parts: Partial<Record<TimedPart, number>> = {};

  /** Runs `work` and adds its time to a part. */
  async time<T>(part: TimedPart, work: () => T | Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.#parts[part] = (this.#parts[part] ?? 0) + performance.now() - start;
    }
  }

  read(): AnswerTimings {
    return { totalMs: performance.now() - this.#start, ...this.#parts };
  }
}
