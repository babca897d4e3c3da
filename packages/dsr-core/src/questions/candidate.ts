// A question with its right answer and no options yet, and the finished item.
// Knows nothing about how wrong options are found.
import { z } from "zod";
import type { Clues } from "../geometry/clues.js";
import { deriveAnswer } from "./derive-answer.js";
import type { Clause } from "./describe/index.js";
import type { QuestionPlan } from "./plan.js";
import {
  type Dialect,
  type Letter,
  letters,
  questionTypes,
  type QuestionType,
  templateTypes,
} from "./question-types.js";
import { seriesOf } from "./series.js";
import { wordQuestion } from "./templates.js";

const target = z.union([z.literal("camera"), z.strictObject({ object: z.string() })]);

/** Schema of a plan as files keep it. */
export const questionPlanSchema = z.strictObject({
  type: z.enum(templateTypes),
  observer: target,
  viewFrame: z.number().int().nonnegative().optional(),
  targets: z.array(target).readonly(),
  start: z.number().int().nonnegative(),
  end: z.number().int().nonnegative(),
});

/** Schema of a candidate as files keep it. */
export const candidateSchema = z.strictObject({
  video: z.string().min(1),
  plan: questionPlanSchema,
  question: z.string().min(1),
  /** Clause codes of the right answer. */
  answer: z.array(z.string()).min(1).readonly(),
  margin: z.number().min(0),
});

/** A question with its right answer. */
export interface Candidate {
  readonly video: string;
  readonly plan: QuestionPlan;
  readonly question: string;
  readonly answer: readonly Clause[];
  /** See `DerivedAnswer`. */
  readonly margin: number;
}

/** Schema of a finished item. */
export const questionItemSchema = z.strictObject({
  video: z.string().min(1),
  type: z.enum(questionTypes as readonly [QuestionType, ...QuestionType[]]),
  question: z.string().min(1),
  options: z.array(z.string().min(1)).length(4).readonly(),
  correct: z.enum(letters),
  /** Absent where it is unknown, as in files of others. */
  margin: z.number().min(0).optional(),
  /** Items of one group share their four options, and each option is right in one of them. */
  group: z.string().optional(),
  plan: questionPlanSchema.optional(),
});

/** A multiple-choice question. `options` in the order of the letters, without letters before them. */
export interface QuestionItem {
  readonly video: string;
  readonly type: QuestionType;
  readonly question: string;
  readonly options: readonly string[];
  readonly correct: Letter;
  readonly margin?: number | undefined;
  readonly group?: string | undefined;
  readonly plan?: QuestionPlan | undefined;
}

/** The released limit: answers with more clauses are rejected. */
export const mostClauses = 15;

/** Derives answer and wording of a plan; undefined where the clues give no answer or one that is too long. */
export function candidateOf(clues: Clues, plan: QuestionPlan, dialect: Dialect): Candidate | undefined {
  const series = seriesOf(clues, plan);
  const derived = series === undefined ? undefined : deriveAnswer(series, dialect);
  if (derived === undefined || derived.clauses.length > mostClauses) return undefined;
  const { clauses: answer, margin } = derived;
  return { video: clues.video.id, plan, question: wordQuestion(clues, plan, dialect), answer, margin };
}

/** The same item with its right option under another letter; the two options change places. */
export function withLetter(item: QuestionItem, letter: Letter): QuestionItem {
  const [from, to] = [indexOfLetter(item.correct), indexOfLetter(letter)];
  const options = item.options.map((option, i) => item.options[i === from ? to : i === to ? from : i] ?? option);
  return { ...item, options, correct: letter };
}

/** The index of a letter, 0 to 3. */
export function indexOfLetter(letter: Letter): number {
  return letters.indexOf(letter);
}
