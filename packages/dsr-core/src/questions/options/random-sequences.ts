// Clause sequences of random numbers: where the paper's rule takes its wrong options from.
// Knows nothing about the right answer.
import type { Vector3 } from "../../geometry/vector.js";
import { type Clause, describeChange, describeComparison, describeDirections } from "../describe/index.js";
import type { QuestionKind } from "../question-types.js";
import type { RandomSource } from "../random.js";
import type { Thresholds } from "../thresholds.js";

/** What random sequences are described with. */
export interface SequenceOptions {
  readonly random: RandomSource;
  readonly thresholds: Thresholds;
  /** Numbers in the row, as many as the question's own. */
  readonly length: number;
}

/** The clauses of a random row of the kind: magnitudes uniform in [0, 2), directions in the cube [−1, 1). */
export function randomSequence(kind: QuestionKind, { random, thresholds, length }: SequenceOptions): readonly Clause[] {
  const magnitudes = (): number[] => Array.from({ length }, () => 2 * random.float());
  const side = (): number => 2 * random.float() - 1;
  const direction = (): Vector3 => [side(), side(), side()];
  switch (kind) {
    case "dis":
    case "spd":
      return describeChange(magnitudes(), thresholds);
    case "spd_comp":
      return describeComparison(magnitudes(), magnitudes(), thresholds);
    case "dir_pred":
      return describeDirections([direction()], thresholds) ?? [];
    case "dir":
    case "ori":
      return describeDirections(Array.from({ length }, direction), thresholds) ?? [];
  }
}
