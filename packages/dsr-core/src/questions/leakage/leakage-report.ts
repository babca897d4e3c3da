// Whether options give the answer away to scorers that never see a video.
// Knows nothing about how the options were made.
import type { QuestionItem } from "../candidate.js";
import { letters } from "../question-types.js";
import { type RandomSource, shuffled } from "../random.js";
import { frequencyPrior, lengthPrior, positionPrior } from "./priors.js";
import { type BlindResult, scoreBlind } from "./scorer.js";
import { textModel } from "./text-model.js";

/** Results of every blind scorer, learned on one part and scored on the other. */
export interface LeakageReport {
  readonly learned: number;
  readonly scored: number;
  readonly scorers: readonly BlindResult[];
}

/** Halves that share no group: scorers must not learn from items whose options they are asked about. */
export function splitByGroup(
  items: readonly QuestionItem[],
  random: RandomSource,
): readonly [readonly QuestionItem[], readonly QuestionItem[]] {
  const groupOf = ({ group, video, question }: QuestionItem): string => group ?? `${video}/${question}`;
  const groups = shuffled(random, [...new Set(items.map(groupOf))]);
  const first = new Set(groups.slice(0, Math.ceil(groups.length / 2)));
  return [items.filter((item) => first.has(groupOf(item))), items.filter((item) => !first.has(groupOf(item)))];
}

/** Learns on `learned` and scores on `scored`. */
export function measureLeakage(
  learned: readonly QuestionItem[],
  scored: readonly QuestionItem[],
  random: RandomSource,
): LeakageReport {
  const scorers = [frequencyPrior, lengthPrior, positionPrior, textModel({ random })];
  return {
    learned: learned.length,
    scored: scored.length,
    scorers: scorers.map((scorer) => scoreBlind(scorer.name, scorer.learn(learned), scored)),
  };
}

/** Halves both ways, so that every item is scored once, and adds the halves up. */
export function crossMeasureLeakage(items: readonly QuestionItem[], random: RandomSource): LeakageReport {
  const [a, b] = splitByGroup(items, random);
  const [onB, onA] = [measureLeakage(a, b, random), measureLeakage(b, a, random)];
  const scorers = onA.scorers.map((result, i) => merged(result, onB.scorers[i]));
  return { learned: Math.round(items.length / 2), scored: items.length, scorers };
}

function merged(a: BlindResult, b: BlindResult | undefined): BlindResult {
  if (b === undefined) return a;
  const mean = (x = { score: 0, n: 0 }, y = { score: 0, n: 0 }): BlindResult["overall"] => {
    const n = x.n + y.n;
    return { score: n === 0 ? 0 : (x.score * x.n + y.score * y.n) / n, n };
  };
  const types = [...new Set([...Object.keys(a.byType), ...Object.keys(b.byType)])] as (keyof BlindResult["byType"])[];
  const byType = Object.fromEntries(types.sort().map((type) => [type, mean(a.byType[type], b.byType[type])]));
  return { name: a.name, overall: mean(a.overall, b.overall), byType };
}

/** How often each letter is right. */
export function letterCounts(items: readonly QuestionItem[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    letters.map((letter) => [letter, items.filter(({ correct }) => correct === letter).length]),
  );
}
