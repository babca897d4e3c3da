// Questions about 4D clues: types, wording, answers, options, official formats, and whether the options leak.
export { EvenDraw, LetterDraw } from "./balance.js";
export {
  type Candidate,
  candidateOf,
  candidateSchema,
  indexOfLetter,
  mostClauses,
  type QuestionItem,
  questionItemSchema,
  questionPlanSchema,
  withLetter,
} from "./candidate.js";
export { type AnswerSoFar, answersSoFar, templateClauses } from "./answer-so-far.js";
export { type FrameAccount, alignAnswer } from "./answer-alignment.js";
export { type BoxRole, denote, readDenotations, wordBox } from "./denotation.js";
export { type DerivedAnswer, deriveAnswer, describeSeries, mostMargin } from "./derive-answer.js";
export * from "./describe/index.js";
export * from "./formats/index.js";
export * from "./free-form/index.js";
export * from "./leakage/index.js";
export * from "./options/index.js";
export * from "./plan.js";
export * from "./question-types.js";
export { drawWeighted, pick, type RandomSource, shuffled } from "./random.js";
export { type BenchmarkScore, readLetter, scoreAnswers, type TypeScore } from "./scoring.js";
export { positionOf, type Series, seriesOf, viewpointOf } from "./series.js";
export { wordQuestion, wordTime } from "./templates.js";
export { shiftedThresholds, type Thresholds, thresholdsOf } from "./thresholds.js";
