// How far an evaluation is, as events that a command line can draw.
// Knows nothing about terminals.
import { type Clock, systemClock } from "../loop/clock.js";
import type { EpisodeRecord } from "./episode-records.js";

/** After each episode, and once at the start. */
export interface EvaluationProgress {
  readonly type: "evaluation-progress";
  /** Episodes with a record, those of earlier sittings included. */
  readonly done: number;
  readonly total: number;
  /** Among `done`. */
  readonly successes: number;
  /** Lost episodes among `done`. */
  readonly infrastructure: number;
  readonly elapsedMs: number;
  /** Time left by the rate of this sitting; null before its first episode. */
  readonly etaMs: number | null;
  /** The episode that ended; null at the start. */
  readonly record: EpisodeRecord | null;
}

/** Where the count begins and who hears of it. */
export interface ProgressOptions {
  readonly total: number;
  /** Finished in earlier sittings. */
  readonly known: readonly EpisodeRecord[];
  readonly onProgress?: ((event: EvaluationProgress) => void) | undefined;
  readonly clock?: Clock | undefined;
}

/** Counts records and tells of each. */
export class ProgressCounter {
  readonly #options: ProgressOptions;
  readonly #clock: Clock;
  readonly #start: number;
  #playedNow = 0;
  #successes: number;
  #infrastructure = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#start = this.#clock.now();
    this.#successes = options.known.filter((record) => record.success).length;
    this.#tell(null);
  }

  add(record: EpisodeRecord): void {
    this.#playedNow += 1;
    if (record.success) this.#successes += 1;
    if (record.outcome === "infrastructure") this.#infrastructure += 1;
    this.#tell(record);
  }

  #tell(record: EpisodeRecord | null): void {
    const { total, known, onProgress } = this.#options;
    const done = known.length + this.#playedNow;
    const elapsedMs = this.#clock.now() - this.#start;
    onProgress?.({
      type: "evaluation-progress",
      done,
      total,
      successes: this.#successes,
      infrastructure: this.#infrastructure,
      elapsedMs,
      etaMs: this.#playedNow === 0 ? null : (elapsedMs / this.#playedNow) * (total - done),
      record,
    });
  }
}
