// From a row of distances or speeds to the clauses that describe how it changes.
// Knows nothing about geometry.
import type { Thresholds } from "../thresholds.js";
import type { ChangeClause } from "./clauses.js";

/** What two values are to each other: the first one earlier. */
type Step = "constant" | "larger" | "smaller";

function compare(before: number, after: number, { larger, smaller, still }: Thresholds): Step {
  if (before < still && after < still) return "constant";
  const ratio = after / before;
  if (ratio >= smaller && ratio <= larger) return "constant";
  return ratio > larger ? "larger" : "smaller";
}

interface Run {
  readonly clause: ChangeClause;
  /** Index from which the next run starts. */
  readonly next: number;
}

/** A period within the thresholds of its first value, and the change that ends it. */
function constantRun(values: readonly number[], start: number, thresholds: Thresholds): Run {
  const first = values[start] ?? 0;
  let end = start + 1;
  while (end < values.length && compare(first, values[end] ?? 0, thresholds) === "constant") end++;
  if (end === values.length) return { clause: "constant", next: end };
  const change = compare(first, values[end] ?? 0, thresholds);
  return { clause: change === "larger" ? "constant-larger" : "constant-smaller", next: end };
}

/** A period in which each value is beyond the thresholds of the former one. */
function changingRun(values: readonly number[], start: number, { larger, smaller, still }: Thresholds): Run {
  const ratioAt = (i: number): number => (values[i] ?? 0) / (values[i - 1] ?? 0);
  let end = start + 1;
  if (ratioAt(end) > larger) {
    while (end < values.length && ratioAt(end) > larger) end++;
    return { clause: "larger", next: end === values.length ? end : end - 1 };
  }
  // what has come to rest is not divided by: a fall ends there, and the next period begins with the resting value
  while (end < values.length && ratioAt(end) < smaller && (values[end] ?? 0) >= still) end++;
  const isAtRest = end < values.length && (values[end] ?? 0) < still;
  return { clause: "smaller", next: end === values.length || isAtRest ? end : end - 1 };
}

/**
 * Describes non-negative values, at least two (Table 8 of the paper, and the released `describe_dist_runs`).
 * @returns clauses in order; two equal ones can follow each other (see {@link mergeEqual})
 */
export function describeChange(values: readonly number[], thresholds: Thresholds): readonly ChangeClause[] {
  const clauses: ChangeClause[] = [];
  let start = 0;
  while (start < values.length - 1) {
    const isConstant = compare(values[start] ?? 0, values[start + 1] ?? 0, thresholds) === "constant";
    const run = isConstant ? constantRun(values, start, thresholds) : changingRun(values, start, thresholds);
    clauses.push(run.clause);
    start = run.next;
  }
  return clauses;
}

/** Consecutive equal clauses become one ("merging consecutive identical states"; the released code leaves them). */
export function mergeEqual<T>(clauses: readonly T[]): readonly T[] {
  return clauses.filter((clause, i) => i === 0 || clause !== clauses[i - 1]);
}
