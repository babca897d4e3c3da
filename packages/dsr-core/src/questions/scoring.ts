// Scores answers to multiple-choice questions as DSR-Bench does: by type, and over all items.
// Knows nothing about models; the paper's "Avg" weighs every item the same.
import type { QuestionItem } from "./candidate.js";
import { type Letter, letters, questionTypes, type QuestionType } from "./question-types.js";

/** Share of right answers in percent, and the number of questions. */
export interface TypeScore {
  readonly score: number;
  readonly n: number;
}

/** Scores over all and by type; types without a question are absent. */
export interface BenchmarkScore {
  readonly score: number;
  readonly n: number;
  readonly byType: Readonly<Partial<Record<QuestionType, TypeScore>>>;
}

/**
 * The letter that a model's text means: the first letter A to D after usual prefixes, else the only option that the text
 * repeats; undefined when it means none.
 */
export function readLetter(text: string, options: readonly string[]): Letter | undefined {
  const bare = text.trim().replace(/^(?:(?:the )?(?:best |correct )?(?:answer|option|choice)(?: is)?\s*:?\s*)+/i, "");
  const first =
    /^[^A-Za-z]*([A-D])(?![A-Za-z])/.exec(bare)?.[1] ?? /(?<![A-Za-z])([A-D])(?=[).:]|\s*$)/.exec(bare)?.[1];
  const letter = letters.find((known) => known === first);
  if (letter !== undefined) return letter;
  const repeated = options.filter((option) => bare.toLowerCase().includes(option.toLowerCase()));
  return repeated.length === 1 && repeated[0] !== undefined ? letters[options.indexOf(repeated[0])] : undefined;
}

/** Scores answers, one an item in the same order; no answer is a wrong one. */
export function scoreAnswers(items: readonly QuestionItem[], answers: readonly (Letter | undefined)[]): BenchmarkScore {
  const isRight = (index: number): boolean => answers[index] === items[index]?.correct;
  const cell = (indices: readonly number[]): TypeScore => {
    const n = indices.length;
    return { score: n === 0 ? 0 : (100 * indices.filter(isRight).length) / n, n };
  };
  const all = items.map((_, index) => index);
  const byType = questionTypes
    .map((type) => [type, cell(all.filter((index) => items[index]?.type === type))] as const)
    .filter(([, { n }]) => n > 0);
  return { ...cell(all), byType: Object.fromEntries(byType) };
}
