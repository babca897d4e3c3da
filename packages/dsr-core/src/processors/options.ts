// The options of a multiple-choice question: reading them from data sets, and writing them into prompts.
// Knows nothing about replies, chat formats or question types.
import { CoreInputError } from "../errors.js";

/** `letter` from A on, `text` without it. */
export interface Option {
  readonly letter: string;
  readonly text: string;
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const labelPattern = /^\s*(?:\(([A-Z])\)|([A-Z])[.):]|([A-Z])(?=\s))\s*/;

/**
 * Reads options from a list, or from lines of text (a line "Options:" is skipped). Labels "A.", "A)", "(A)", "A:" and
 * "A " are taken off, but only when every option has the one of its place: "A cow walks" may begin with an article.
 * @throws CoreInputError when there are fewer than 2 or more than 26
 */
export function parseOptions(options: string | readonly string[]): readonly Option[] {
  const lines = typeof options === "string" ? linesOf(options) : options;
  if (lines.length < 2 || lines.length > letters.length)
    throw new CoreInputError(`options: expected 2 to ${letters.length}, found ${lines.length}`);
  const labelled = isLabelled(lines);
  return lines.map((line, i) => ({
    letter: letters.charAt(i),
    text: (labelled ? line.replace(labelPattern, "") : line).trim(),
  }));
}

/** Whether every option begins with the letter of its place. */
export function isLabelled(options: readonly string[]): boolean {
  return options.every((option, i) => {
    const match = labelPattern.exec(option);
    return match !== null && (match[1] ?? match[2] ?? match[3]) === letters.charAt(i);
  });
}

function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== "" && !/^options:?$/i.test(line));
}

/** A question with its options, with or without labels. */
export interface MultipleChoice {
  readonly question: string;
  readonly options: readonly string[];
}

/**
 * The text after the video as the released evaluation asks (Video-MME style): labelled options stay as they are, others
 * get "A. ". The letters named are those of the options. Throws CoreInputError as `parseOptions`.
 */
export function evaluationQuestion({ question, options }: MultipleChoice): string {
  const parsed = parseOptions(options);
  const lines = isLabelled(options) ? options : parsed.map(({ letter, text }) => `${letter}. ${text}`);
  return (
    "\nThese are the frames of a video. Select the best answer to the following multiple-choice question based on the " +
    `video. Respond with only the letter (${listLetters(parsed)}) of the correct option.\n` +
    `Question: ${question}\n${lines.join("\n")}\nAnswer: `
  );
}

/**
 * The text after the video in the released training data, options as "A text". Its first character is the newline after
 * `<video>` there. Throws CoreInputError as `parseOptions`.
 */
export function trainingQuestion({ question, options }: MultipleChoice): string {
  const lines = parseOptions(options).map(({ letter, text }) => `${letter} ${text}`);
  return `\n${question}\nOptions:\n${lines.join("\n")}`;
}

/** "A or B"; "A, B, C, or D". */
function listLetters(options: readonly Option[]): string {
  const named = options.map(({ letter }) => letter);
  return named.length === 2 ? named.join(" or ") : `${named.slice(0, -1).join(", ")}, or ${named.at(-1)}`;
}
