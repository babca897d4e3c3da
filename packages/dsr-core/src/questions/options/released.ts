// Wrong options by the paper's rule: random clause sequences of about the right length.
// Knows nothing about other questions; this rule leaks (docs/results), and is here to compare with published sets.
import { CoreError } from "../../errors.js";
import type { Candidate, QuestionItem } from "../candidate.js";
import { type Clause, wordAnswer } from "../describe/index.js";
import { type Dialect, type Letter, letters, partsOf } from "../question-types.js";
import type { RandomSource } from "../random.js";
import { thresholdsOf } from "../thresholds.js";
import { randomSequence } from "./random-sequences.js";

/** Draws before the rule gives up; one in a few succeeds. */
const mostDraws = 10_000;
/** Wrong options are at most this many clauses longer or shorter. */
const lengthRange = 3;

/** Settings of the rule. */
export interface ReleasedOptions {
  readonly random: RandomSource;
  readonly dialect: Dialect;
}

/** Numbers in the question's own row: frames for distances and directions, steps between them for speeds. */
function rowLength({ plan }: Candidate): number {
  const steps = plan.end - plan.start;
  return partsOf(plan.type).kind.startsWith("spd") ? steps : steps + 1;
}

/** One wrong answer: the start of a random sequence, its length drawn from [max(1, N − 3), N + 3]. */
function drawWrong(candidate: Candidate, { random, dialect }: ReleasedOptions): readonly Clause[] {
  const { kind } = partsOf(candidate.plan.type);
  const sequence = randomSequence(kind, { random, thresholds: thresholdsOf[dialect], length: rowLength(candidate) });
  const right = candidate.answer.length;
  const least = sequence.length <= right - lengthRange ? 1 : Math.max(1, right - lengthRange);
  const most = Math.min(right + lengthRange, sequence.length);
  return sequence.slice(0, least + random.integer(Math.max(1, most - least + 1)));
}

/** A finished item with three wrong options that differ from the answer and from each other, the letter drawn evenly. */
export function releasedItem(candidate: Candidate, options: ReleasedOptions): QuestionItem {
  const { plan, answer, question, video, margin } = candidate;
  const word = (clauses: readonly Clause[]): string =>
    wordAnswer(clauses, { dialect: options.dialect, kind: partsOf(plan.type).kind });
  const right = word(answer);
  const wrong = new Set<string>();
  for (let draw = 0; wrong.size < 3; draw++) {
    if (draw === mostDraws) {
      throw new CoreError(
        `options of '${question}': expected three wrong ones in ${mostDraws} draws, found ${wrong.size}`,
      );
    }
    const text = word(drawWrong(candidate, options));
    if (text !== right && text !== "") wrong.add(text);
  }
  const at = options.random.integer(letters.length);
  const texts = [...wrong].toSpliced(at, 0, right);
  const correct: Letter = letters[at] ?? "A";
  return { video, type: plan.type, question, options: texts, correct, margin, plan };
}
