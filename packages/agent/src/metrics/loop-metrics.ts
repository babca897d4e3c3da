// Measures the loop from its events: rates, latencies, returns, success.
// A subscriber; the loop does not know it.
import type { EpisodeOutcome, LoopEvent } from "../loop/events.js";
import type { LoopSubscriber } from "../loop/run-episode.js";
import { SampleStore } from "./quantile.js";

/** Median and 99th percentile in milliseconds; null before the first sample. */
export interface Latency {
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** What has been measured so far. */
export interface LoopMetricsSnapshot {
  readonly episodes: number;
  readonly successes: number;
  readonly steps: number;
  /** Over the time between the starts and the ends of episodes; null before the first step. */
  readonly stepsPerSecond: number | null;
  /** Mean sum of rewards of finished episodes; null before the first. */
  readonly meanReturn: number | null;
  /** What the policy took. */
  readonly decision: Latency;
  /** What the environment and its transport took. */
  readonly environment: Latency;
  /** What the loop and its subscribers took, a step. */
  readonly overhead: Latency;
  /** From a frame's arrival to its action, the latency that matters in realtime. */
  readonly frameToAction: Latency;
  readonly skippedFrames: number;
  readonly droppedFrames: number;
}

/** A subscriber that can be read at any time, over any number of episodes. Memory is bounded. */
export class LoopMetrics implements LoopSubscriber {
  readonly #decision = new SampleStore();
  readonly #environment = new SampleStore();
  readonly #overhead = new SampleStore();
  readonly #frameToAction = new SampleStore();
  #outcomes = { episodes: 0, successes: 0, return: 0, skipped: 0, dropped: 0 };
  #steps = 0;
  #activeMs = 0;
  #lastTime = 0;

  readonly next = (event: LoopEvent): void => {
    switch (event.type) {
      case "episode-started":
        this.#lastTime = event.time;
        break;
      case "frame-received":
        break;
      case "action-decided":
        this.#decision.add(event.decisionMs);
        this.#frameToAction.add(event.frameToActionMs);
        break;
      case "step-finished":
        this.#steps += 1;
        this.#activeMs += event.time - this.#lastTime;
        this.#lastTime = event.time;
        this.#environment.add(event.timings.environmentMs);
        this.#overhead.add(event.timings.overheadMs);
        break;
      case "episode-finished":
        this.#count(event.outcome);
        break;
    }
  };

  snapshot(): LoopMetricsSnapshot {
    const { episodes, successes, return: sum, skipped, dropped } = this.#outcomes;
    return {
      episodes,
      successes,
      steps: this.#steps,
      stepsPerSecond: this.#activeMs > 0 ? (1000 * this.#steps) / this.#activeMs : null,
      meanReturn: episodes > 0 ? sum / episodes : null,
      decision: latencyOf(this.#decision),
      environment: latencyOf(this.#environment),
      overhead: latencyOf(this.#overhead),
      frameToAction: latencyOf(this.#frameToAction),
      skippedFrames: skipped,
      droppedFrames: dropped,
    };
  }

  #count(outcome: EpisodeOutcome): void {
    const sums = this.#outcomes;
    this.#outcomes = {
      episodes: sums.episodes + 1,
      successes: sums.successes + (outcome.success ? 1 : 0),
      return: sums.return + outcome.return,
      skipped: sums.skipped + outcome.skipped,
      dropped: sums.dropped + outcome.dropped,
    };
  }
}

function latencyOf(samples: SampleStore): Latency {
  if (samples.count === 0) return { p50Ms: null, p99Ms: null };
  return { p50Ms: samples.quantile(0.5), p99Ms: samples.quantile(0.99) };
}
