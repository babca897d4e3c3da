// Durations of runs: how many, and their mean and percentiles over the last thousand.
// Knows nothing about what ran; the clock is read by the caller.

const kept = 1024;

/** Milliseconds; percentiles are over the last 1,024 runs and 0 before the first. */
export interface RunStatistics {
  readonly runs: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lastMs: number;
}

/** Collects durations. */
export interface RunTimer {
  add(milliseconds: number): void;
  read(): RunStatistics;
}

/** An empty collection. */
export function createRunTimer(): RunTimer {
  const recent: number[] = [];
  let runs = 0;
  let total = 0;
  return {
    add(milliseconds) {
      recent[runs % kept] = milliseconds;
      runs += 1;
      total += milliseconds;
    },
    read() {
      const sorted = [...recent].sort((a, b) => a - b);
      const lastMs = runs === 0 ? 0 : (recent[(runs - 1) % kept] ?? 0);
      const meanMs = runs === 0 ? 0 : total / runs;
      return { runs, meanMs, p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99), lastMs };
    },
  };
}

/** The value below which `share` of the sorted numbers lie (nearest rank); 0 when there are none. */
export function percentile(sorted: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? 0;
}
