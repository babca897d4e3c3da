// From two rows of speeds to clauses that say which is faster.
// Knows nothing about the objects.
import type { Thresholds } from "../thresholds.js";
import type { ComparisonClause } from "./clauses.js";
import { mergeEqual } from "./describe-change.js";

function compare(former: number, latter: number, { faster, slower, still }: Thresholds): ComparisonClause {
  if (former < still && latter < still) return "same";
  const ratio = former / latter;
  if (ratio > faster) return "former";
  return ratio < slower ? "latter" : "same";
}

/** Compares two equally long rows of non-negative speeds time by time, equal neighbours once. */
export function describeComparison(
  former: readonly number[],
  latter: readonly number[],
  thresholds: Thresholds,
): readonly ComparisonClause[] {
  return mergeEqual(former.map((speed, i) => compare(speed, latter[i] ?? 0, thresholds)));
}
