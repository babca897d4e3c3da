// From all clips' candidates to the finished items: types even, letters even, as many as wanted.
// Knows nothing about files.
import {
  type Candidate,
  type Dialect,
  EvenDraw,
  makeQuartets,
  type QuestionItem,
  quartetItems,
  type Quartet,
  type RandomSource,
  releasedItem,
  shuffled,
  type TemplateType,
  templateTypes,
} from "@dsr/dsr-core/questions";

/** The two rules for wrong options. */
export const optionRules = ["balanced", "released"] as const;
export type OptionRule = (typeof optionRules)[number];

/** What is chosen. */
export interface ChoiceOptions {
  readonly wanted: number;
  readonly rule: OptionRule;
  readonly dialect: Dialect;
  readonly random: RandomSource;
}

/**
 * Chooses template items. Both rules choose the same questions from the same candidates, so that only options differ.
 * @returns fewer than wanted where the candidates do not suffice
 */
export function chooseItems(candidates: readonly Candidate[], options: ChoiceOptions): readonly QuestionItem[] {
  const { wanted, rule, dialect, random } = options;
  const chosen = chooseQuartets(candidates, Math.ceil(wanted / 4), random);
  const items = chosen.flatMap((quartet, i) =>
    rule === "balanced"
      ? quartetItems(quartet, { random, dialect, group: String(i) })
      : quartet.map((candidate) => releasedItem(candidate, { random, dialect })),
  );
  return shuffled(random, items.slice(0, wanted));
}

/** Quartets of all types, drawn so that the types stay even. */
function chooseQuartets(candidates: readonly Candidate[], wanted: number, random: RandomSource): readonly Quartet[] {
  const open = new Map<TemplateType, Quartet[]>();
  for (const [type, quartets] of makeQuartets(candidates, random)) open.set(type, shuffled(random, quartets));
  const types = new EvenDraw<TemplateType>(templateTypes);
  const chosen: Quartet[] = [];
  while (chosen.length < wanted) {
    const type = types.least(random, (option) => (open.get(option)?.length ?? 0) > 0);
    const quartet = type === undefined ? undefined : open.get(type)?.pop();
    if (type === undefined || quartet === undefined) break;
    types.count(type);
    chosen.push(quartet);
  }
  return chosen;
}
