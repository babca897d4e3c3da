// The thirteen question types of DSR-Bench: six templates by two kinds of viewpoint, and the free-form one.
// Knows nothing about how questions are worded.

/** What a template asks: distance, direction, orientation, speed, comparison of speeds, prediction of direction. */
export const questionKinds = ["dis", "dir", "ori", "spd", "spd_comp", "dir_pred"] as const;
export type QuestionKind = (typeof questionKinds)[number];

/** An absolute viewpoint stays where it was at one time; a relative one follows its observer. */
export const mobilities = ["abs", "rel"] as const;
export type Mobility = (typeof mobilities)[number];

/** The twelve template types, by the names of the official files. */
export const templateTypes = mobilities.flatMap((mobility) =>
  questionKinds.map((kind) => `${mobility}_${kind}` as const),
);
export type TemplateType = `${Mobility}_${QuestionKind}`;

/** The type of questions that a language model words freely. */
export const freeFormType = "non_temp";
/** All thirteen types. */
export const questionTypes: readonly QuestionType[] = [...templateTypes, freeFormType];
export type QuestionType = TemplateType | typeof freeFormType;

/** The kind and mobility of a template type. */
export function partsOf(type: TemplateType): { readonly mobility: Mobility; readonly kind: QuestionKind } {
  return { mobility: type.slice(0, 3) as Mobility, kind: type.slice(4) as QuestionKind };
}

/** Two wordings and rule sets: the paper's text, and what the released code does. */
export const dialects = ["paper", "released"] as const;
export type Dialect = (typeof dialects)[number];

/** Answer letters, in order. */
export const letters = ["A", "B", "C", "D"] as const;
export type Letter = (typeof letters)[number];
