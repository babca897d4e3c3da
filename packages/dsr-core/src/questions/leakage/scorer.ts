// What a scorer without a video is: learns from some items, and picks an option of others.
// Knows nothing about any particular scorer.
import type { QuestionItem } from "../candidate.js";
import { letters, type QuestionType } from "../question-types.js";

/** Scores the four options of an item; ties count as a fair draw between them. */
export type OptionScorer = (item: QuestionItem) => readonly number[];

/** A scorer by name, and how it learns. */
export interface BlindScorer {
  readonly name: string;
  learn(items: readonly QuestionItem[]): OptionScorer;
}

/** Expected number of right picks: 1 where the right option scores highest alone, 1/k in a tie of k. */
export function expectedHit(scores: readonly number[], item: QuestionItem): number {
  const best = Math.max(...scores);
  const isRightBest = scores[letters.indexOf(item.correct)] === best;
  return isRightBest ? 1 / scores.filter((score) => score === best).length : 0;
}

/** Accuracy in percent and number of items. */
export interface Accuracy {
  readonly score: number;
  readonly n: number;
}

/** Accuracy of a scorer over all items, and by type. */
export interface BlindResult {
  readonly name: string;
  readonly overall: Accuracy;
  readonly byType: Readonly<Partial<Record<QuestionType, Accuracy>>>;
}

/** Scores items that the scorer has not learned from. */
export function scoreBlind(name: string, scorer: OptionScorer, items: readonly QuestionItem[]): BlindResult {
  const hits = new Map<QuestionType, { hits: number; n: number }>();
  for (const item of items) {
    const cell = hits.get(item.type) ?? { hits: 0, n: 0 };
    hits.set(item.type, { hits: cell.hits + expectedHit(scorer(item), item), n: cell.n + 1 });
  }
  const cells = [...hits].sort(([a], [b]) => (a < b ? -1 : 1));
  const accuracy = (right: number, n: number): Accuracy => ({ score: n === 0 ? 0 : (100 * right) / n, n });
  const total = cells.reduce((sum, [, cell]) => ({ hits: sum.hits + cell.hits, n: sum.n + cell.n }), { hits: 0, n: 0 });
  return {
    name,
    overall: accuracy(total.hits, total.n),
    byType: Object.fromEntries(cells.map(([type, cell]) => [type, accuracy(cell.hits, cell.n)])),
  };
}
