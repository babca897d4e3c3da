// The words around a question.
// Knows nothing about tokens.
import { letterOf } from "./answerer.js";

/** Question and options as the paper's evaluation asks them (Video-MME style); the question alone without options. */
export function questionText(question: string, options: readonly string[] | undefined): string {
  if (options === undefined) return question;
  const letters = options.map((_, option) => letterOf(option));
  const choice = `${letters.slice(0, -1).join(", ")}, or ${letters.at(-1)}`;
  const listed = options.map((option, index) => `${letterOf(index)}. ${option}`).join("\n");
  return (
    "These are the frames of a video. Select the best answer to the following multiple-choice question based on the " +
    `video. Respond with only the letter (${choice}) of the correct option.\nQuestion: ${question}\n${listed}\nAnswer: `
  );
}

/** The option that a written answer names; undefined when it names none. */
export function chosenOption(text: string, options: readonly string[]): number | undefined {
  const letters = options.map((_, option) => letterOf(option)).join("");
  const found = new RegExp(`^\\W*([${letters}])\\b`).exec(text)?.[1];
  if (found !== undefined) return letters.indexOf(found);
  const named = options.findIndex((option) => text.toLowerCase().includes(option.toLowerCase()));
  return named < 0 ? undefined : named;
}
