// Measures how long a reply took, up to its own encoding.
// Knows nothing about sessions.
import { performance } from "node:perf_hooks";
import type { Timings } from "../protocol/messages.js";

/** Timings whose last field is measured when it is written, after everything before it has been encoded. */
export function lazyTimings(queueMs: number, environmentMs: number): Timings {
  const encodingFrom = performance.now();
  return {
    queueMs,
    environmentMs,
    get encodeMs() {
      return performance.now() - encodingFrom;
    },
  };
}
