// Wrong options that are the right answers of like questions: four questions share their four answers.
// Knows nothing about videos. A scorer that sees only the options is right once in four by construction: in each group
// every option is right exactly once, under every letter exactly once.
import type { Candidate, QuestionItem } from "../candidate.js";
import { wordAnswer } from "../describe/index.js";
import { type Dialect, letters, partsOf, type TemplateType } from "../question-types.js";
import { type RandomSource, shuffled } from "../random.js";
import { strataOf } from "./strata.js";

/** Four candidates with four different answers. */
export type Quartet = readonly [Candidate, Candidate, Candidate, Candidate];

/** Interval lengths within a quartet differ by at most this factor, for the length of an answer follows them. */
const mostStretch = 1.5;

const stepsOf = ({ plan }: Candidate): number => plan.end - plan.start;

/** Candidates by a key, in the order of the keys' text. */
function grouped(candidates: readonly Candidate[], keyOf: (candidate: Candidate) => string): readonly Candidate[][] {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const key = keyOf(candidate);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [candidate]);
    else group.push(candidate);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

/** Starts with `first` and adds the nearest later candidates whose answers are new and, first of all, videos too. */
function completed(first: Candidate, later: readonly Candidate[]): Quartet | undefined {
  const near = later.filter((other) => stepsOf(other) <= mostStretch * Math.max(1, stepsOf(first)));
  const chosen = [first];
  for (const avoidsVideos of [true, false]) {
    for (const other of near) {
      if (chosen.length === 4) break;
      const isNew = chosen.every((one) => one.answer.join() !== other.answer.join());
      const isElsewhere = !avoidsVideos || chosen.every((one) => one.video !== other.video);
      if (isNew && isElsewhere) chosen.push(other);
    }
  }
  const [a, b, c, d] = chosen;
  return a === undefined || b === undefined || c === undefined || d === undefined ? undefined : [a, b, c, d];
}

/** Quartets of one stratum, shortest intervals first; what finds no partners is left. */
function quartetsOf(stratum: readonly Candidate[], random: RandomSource): readonly Quartet[] {
  const open = new Set(shuffled(random, stratum).sort((a, b) => stepsOf(a) - stepsOf(b)));
  const quartets: Quartet[] = [];
  for (const first of open) {
    open.delete(first);
    const quartet = completed(first, [...open]);
    if (quartet === undefined) continue;
    for (const candidate of quartet) open.delete(candidate);
    quartets.push(quartet);
  }
  return quartets;
}

/** All quartets that can be made, type by type: first within the finest strata, then what is left within coarser ones. */
export function makeQuartets(
  candidates: readonly Candidate[],
  random: RandomSource,
): ReadonlyMap<TemplateType, readonly Quartet[]> {
  const byType = new Map<TemplateType, readonly Quartet[]>();
  for (const ofType of grouped(candidates, ({ plan }) => plan.type)) {
    let open: readonly Candidate[] = ofType;
    const quartets: Quartet[] = [];
    for (const keyOf of strataOf(ofType[0]?.plan.type ?? "abs_dis")) {
      const made = grouped(open, keyOf).flatMap((stratum) => quartetsOf(stratum, random));
      const used = new Set(made.flat());
      open = open.filter((candidate) => !used.has(candidate));
      quartets.push(...made);
    }
    if (ofType[0] !== undefined) byType.set(ofType[0].plan.type, quartets);
  }
  return byType;
}

/** Settings of {@link quartetItems}. */
export interface BalancedOptions {
  readonly random: RandomSource;
  readonly dialect: Dialect;
  /** A name for the group that no other has. */
  readonly group: string;
}

/** The four finished items of a quartet. */
export function quartetItems(quartet: Quartet, { random, dialect, group }: BalancedOptions): readonly QuestionItem[] {
  const texts = quartet.map(({ answer, plan }) => wordAnswer(answer, { dialect, kind: partsOf(plan.type).kind }));
  const correctLetters = shuffled(random, letters);
  return quartet.map(({ video, plan, question, margin }, i) => {
    const correct = correctLetters[i] ?? "A";
    const wrong = shuffled(
      random,
      texts.filter((_, other) => other !== i),
    );
    const options = wrong.toSpliced(letters.indexOf(correct), 0, texts[i] ?? "");
    return { video, type: plan.type, question, options, correct, margin, group, plan };
  });
}
