// Scorers that know only what answers are like: how common, how long, under which letter.
// Knows nothing about questions or videos.
import type { QuestionItem } from "../candidate.js";
import { readAnswer } from "../describe/index.js";
import { letters } from "../question-types.js";
import type { BlindScorer } from "./scorer.js";

function rightOption({ options, correct }: QuestionItem): string {
  return options[letters.indexOf(correct)] ?? "";
}

/** Clause codes without numbers, so that dialects and whole-interval wordings count as one answer. */
function answerKey(option: string): string {
  return readAnswer(option).join(">");
}

/** Picks the option that was the right answer of the type most often. */
export const frequencyPrior: BlindScorer = {
  name: "frequency",
  learn: (items) => {
    const counts = new Map<string, number>();
    const keyOf = (type: string, option: string): string => `${type}/${answerKey(option)}`;
    for (const item of items) {
      const key = keyOf(item.type, rightOption(item));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return ({ type, options }) => options.map((option) => counts.get(keyOf(type, option)) ?? 0);
  },
};

/** Picks the shortest or the longest option by clauses, then by characters: whichever was right more often in the type. */
export const lengthPrior: BlindScorer = {
  name: "length",
  learn: (items) => {
    const length = (option: string): number => 1000 * readAnswer(option).length + option.length;
    const lead = new Map<string, number>();
    for (const item of items) {
      const mean = item.options.reduce((sum, option) => sum + length(option), 0) / item.options.length;
      const longer = Math.sign(length(rightOption(item)) - mean);
      lead.set(item.type, (lead.get(item.type) ?? 0) + longer);
    }
    return ({ type, options }) => options.map((option) => Math.sign(lead.get(type) ?? 0) * length(option));
  },
};

/** Picks the letter that was right most often. */
export const positionPrior: BlindScorer = {
  name: "position",
  learn: (items) => {
    const counts = letters.map((letter) => items.filter(({ correct }) => correct === letter).length);
    return () => counts;
  },
};
