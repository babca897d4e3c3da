// Blind scorers: how much of an answer the options and the question's words give away.
export {
  crossMeasureLeakage,
  type LeakageReport,
  letterCounts,
  measureLeakage,
  splitByGroup,
} from "./leakage-report.js";
export { frequencyPrior, lengthPrior, positionPrior } from "./priors.js";
export {
  type Accuracy,
  type BlindResult,
  type BlindScorer,
  expectedHit,
  type OptionScorer,
  scoreBlind,
} from "./scorer.js";
export { textModel, type TextModelOptions } from "./text-model.js";
