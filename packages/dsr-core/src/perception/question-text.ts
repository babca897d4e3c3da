// The words of a question, as the paper's evaluation asks them.
// Knows nothing about chat formats and tokens.
import { evaluationQuestion } from "../processors/options.js";

/** Question and listed options with the instruction to answer by letter; the question alone without options. */
export function questionText(question: string, options: readonly string[] | undefined): string {
  return options === undefined ? question : evaluationQuestion({ question, options }).trimStart();
}
