// The answer of a question from its series, and how far the thresholds can move before it changes.
// Knows nothing about words or options.
import { norm } from "../geometry/vector.js";
import { type Clause, describeChange, describeComparison, describeDirections, mergeEqual } from "./describe/index.js";
import type { Dialect } from "./question-types.js";
import type { Series } from "./series.js";
import { shiftedThresholds, type Thresholds, thresholdsOf } from "./thresholds.js";

/** Shares of the thresholds' distances that are tried, smallest first. */
const marginSteps = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5] as const;
/** The largest share that is tried. */
export const mostMargin = 0.5;

/** An answer and its margin. */
export interface DerivedAnswer {
  readonly clauses: readonly Clause[];
  /** Largest tried share by which every threshold can be moved, alone or together, with the same answer; 0 when none. */
  readonly margin: number;
}

/** The clauses of a series; undefined where a direction has no length. */
export function describeSeries(
  series: Series,
  thresholds: Thresholds,
  dialect: Dialect,
): readonly Clause[] | undefined {
  if (series.kind === "comparison") return describeComparison(series.former, series.latter, thresholds);
  if (series.kind === "direction") return describeDirections(series.directions, thresholds);
  const clauses = describeChange(series.values, thresholds);
  return dialect === "paper" ? mergeEqual(clauses) : clauses;
}

/** Derives the answer; undefined where there is none, such as the direction of something that does not move. */
export function deriveAnswer(series: Series, dialect: Dialect): DerivedAnswer | undefined {
  const thresholds = thresholdsOf[dialect];
  if (series.kind === "direction" && series.directions.some((way) => norm(way) < thresholds.still)) return undefined;
  const clauses = describeSeries(series, thresholds, dialect);
  if (clauses === undefined || clauses.length === 0) return undefined;
  const answer = clauses.join();
  let margin = 0;
  for (const share of marginSteps) {
    const survives = shiftedThresholds(thresholds, share).every(
      (shifted) => describeSeries(series, shifted, dialect)?.join() === answer,
    );
    if (!survives) break;
    margin = share;
  }
  return { clauses, margin };
}
