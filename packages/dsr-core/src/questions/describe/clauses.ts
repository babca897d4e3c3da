// Answers as lists of clause codes, their wording in both dialects, and reading them back.
// Knows nothing about how an answer was derived.
import type { Dialect, QuestionKind } from "../question-types.js";

/** A change of a distance or speed over one period (Table 2 of the paper). */
export const changeClauses = ["constant", "larger", "smaller", "constant-larger", "constant-smaller"] as const;
export type ChangeClause = (typeof changeClauses)[number];

/** Which of two objects is faster at a time. */
export const comparisonClauses = ["same", "former", "latter"] as const;
export type ComparisonClause = (typeof comparisonClauses)[number];

/** One clause: a change, a comparison, or a direction such as "Front|Left". */
export type Clause = string;

const changeWords: Readonly<Record<Dialect, Readonly<Record<ChangeClause, string>>>> = {
  paper: {
    constant: "Keep nearly constant",
    larger: "Become larger",
    smaller: "Become smaller",
    "constant-larger": "Keep nearly constant then become larger",
    "constant-smaller": "Keep nearly constant then become smaller",
  },
  released: {
    constant: "Keep nearly constant",
    larger: "Become larger",
    smaller: "Become smaller",
    "constant-larger": "Keep nearly constant and then become larger",
    "constant-smaller": "Keep nearly constant and then become smaller",
  },
};

const comparisonWords: Readonly<Record<ComparisonClause, string>> = {
  same: "Nearly the same",
  former: "The former is faster",
  latter: "The latter is faster",
};

/** The released code words an answer of one comparison differently, and leaves the number out of one of them. */
const wholeIntervalWords: Readonly<Record<ComparisonClause, string>> = {
  same: "(1) Their speed is nearly the same.",
  former: "(1) The former is always faster.",
  latter: "The latter is always faster.",
};

function isChange(clause: Clause): clause is ChangeClause {
  return (changeClauses as readonly string[]).includes(clause);
}

function isComparison(clause: Clause): clause is ComparisonClause {
  return (comparisonClauses as readonly string[]).includes(clause);
}

function wordsOf(clause: Clause, dialect: Dialect): string {
  if (isChange(clause)) return changeWords[dialect][clause];
  return isComparison(clause) ? comparisonWords[clause] : clause;
}

/** What a dialect's wording depends on beside the clauses. */
export interface Wording {
  readonly dialect: Dialect;
  readonly kind: QuestionKind;
}

/** "(1) Become larger. (2) Become smaller." */
export function wordAnswer(clauses: readonly Clause[], { dialect, kind }: Wording): string {
  const [only, ...others] = clauses;
  const isWhole = dialect === "released" && kind === "spd_comp" && others.length === 0;
  if (isWhole && only !== undefined && isComparison(only)) return wholeIntervalWords[only];
  return clauses.map((clause, i) => `(${i + 1}) ${wordsOf(clause, dialect)}.`).join(" ");
}

const codes: ReadonlyMap<string, Clause> = new Map([
  ...(["paper", "released"] as const).flatMap((dialect) =>
    changeClauses.map((clause) => [wordsOf(clause, dialect).toLowerCase(), clause] as const),
  ),
  ...comparisonClauses.map((clause) => [wordsOf(clause, "paper").toLowerCase(), clause] as const),
  ["their speed is nearly the same", "same"],
  ["the former is always faster", "former"],
  ["the latter is always faster", "latter"],
]);

/** The clause codes of a worded answer of either dialect; clauses that are none of the known keep their words. */
export function readAnswer(text: string): readonly Clause[] {
  return text
    .split(/\(\d+\)|\.(?:\s|$)/)
    .map((part) => part.trim().replace(/\.$/, ""))
    .filter((part) => part !== "")
    .map((part) => codes.get(part.toLowerCase()) ?? part);
}
