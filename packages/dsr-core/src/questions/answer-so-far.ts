// An answer as it grows: what it would be had the question's interval ended earlier, frame by frame.
// Knows nothing about words. It never needs what comes later, so that a model can learn it as it watches.
import type { Clues } from "../geometry/clues.js";
import { describeSeries } from "./derive-answer.js";
import { allDirections, changeClauses, type Clause, comparisonClauses } from "./describe/index.js";
import type { QuestionPlan } from "./plan.js";
import { type Dialect, partsOf, type QuestionKind } from "./question-types.js";
import { type Series, seriesOf } from "./series.js";
import { thresholdsOf } from "./thresholds.js";

/** Every clause an answer of a template can have. */
export const templateClauses: readonly Clause[] = [...changeClauses, ...comparisonClauses, ...allDirections()];

/** The last clause of what can be answered up to a frame. */
export interface AnswerSoFar {
  readonly clause: Clause;
  /** Its place among the clauses so far, from 0. */
  readonly place: number;
}

/** Values of a series that are known when its interval has come to its `steps`-th frame, the first being 0. */
function knownValues(kind: QuestionKind, steps: number): number {
  return kind === "spd" || kind === "spd_comp" ? steps : steps + 1;
}

function firstValues(series: Series, count: number): Series {
  switch (series.kind) {
    case "magnitude":
      return { ...series, values: series.values.slice(0, count) };
    case "comparison":
      return { ...series, former: series.former.slice(0, count), latter: series.latter.slice(0, count) };
    case "direction":
      return { ...series, directions: series.directions.slice(0, count) };
  }
}

/**
 * The answer so far in each frame of the clip, by index; undefined outside the question's interval and where too few values
 * are known, such as a change in the first frame.
 */
export function answersSoFar(clues: Clues, plan: QuestionPlan, dialect: Dialect): readonly (AnswerSoFar | undefined)[] {
  const series = seriesOf(clues, plan);
  const { kind } = partsOf(plan.type);
  return clues.frames.map((_, frame) => {
    if (series === undefined || frame < plan.start || frame > plan.end) return undefined;
    const known = firstValues(series, knownValues(kind, frame - plan.start));
    const clauses = describeSeries(known, thresholdsOf[dialect], dialect) ?? [];
    const clause = clauses.at(-1);
    return clause === undefined ? undefined : { clause, place: clauses.length - 1 };
  });
}
