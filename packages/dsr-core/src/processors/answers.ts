// Which option a model's free-text reply chooses.
// Knows nothing about models, prompts or which option is right.
import type { Option } from "./options.js";

/** `careful`: reads words; `released`: the scoring of the released evaluation, to compare with its numbers. */
export type AnswerRule = "careful" | "released";

/**
 * The letter a reply chooses, or undefined when it chooses none or more than one.
 * Options as `parseOptions` gives them.
 */
export function parseAnswer(
  reply: string,
  options: readonly Option[],
  rule: AnswerRule = "careful",
): string | undefined {
  return rule === "released" ? releasedAnswer(reply, options) : carefulAnswer(reply, options);
}

/** Two pairs are glued together in the released code, so "Best answer: C" is read as B there; kept to give its scores. */
const releasedPrefixes = [
  "The best answer is",
  "The correct answer is",
  "The answer is",
  "The answer",
  "The best option isThe correct option is",
  "Best answer:Best option:",
  "Answer:",
  "Option:",
];

/** Prefixes off, then the first capital that is an option's letter, wherever it stands; else the option's text. */
function releasedAnswer(reply: string, options: readonly Option[]): string | undefined {
  const stripped = releasedPrefixes.reduce((text, prefix) => text.replaceAll(prefix, ""), reply.trim());
  const letters = new Set(options.map(({ letter }) => letter));
  return [...stripped].find((character) => letters.has(character)) ?? releasedTextMatch(reply, options);
}

/** The only option whose text the reply contains, unless the reply is over twice as long as all options. */
function releasedTextMatch(reply: string, options: readonly Option[]): string | undefined {
  const length = options.reduce((sum, { text }) => sum + text.length, 0);
  if (reply.length > 2 * length) return undefined;
  return onlyLetter(options.filter(({ text }) => reply.toLowerCase().includes(text.toLowerCase())));
}

function carefulAnswer(reply: string, options: readonly Option[]): string | undefined {
  const text = reply.trim();
  const known = (letter: string | undefined) =>
    options.find((option) => option.letter === letter?.toUpperCase())?.letter;
  return (
    known(/^[\s"'`*([]*([A-Za-z])[\s"'`*)\].:,]*$/.exec(text)?.[1]) ??
    known(statedLetter(text)) ??
    exactText(text, options) ??
    known(
      /^[\s"'`*]*(?:\(([A-Z])\)|([A-Z])[.):])/
        .exec(text)
        ?.slice(1)
        .find((letter) => letter !== undefined),
    ) ??
    loneLetter(text, options) ??
    containedText(text, options)
  );
}

/** A letter that is a word of its own; "A" and "I" before a word in small letters (but "or", "and") belong to the sentence. */
const loneLetterPattern = "(?:[B-HJ-Z]|[AI](?!\\s+(?!or\\b|and\\b)[a-z]))(?![\\w'’])";

/** The last "answer is X", "answer: X", "option X" or "\\boxed{X}": reasoning comes before the conclusion. */
function statedLetter(text: string): string | undefined {
  const quote = "[\\s\"'`*(]*";
  const pattern = new RegExp(
    `\\\\boxed\\{(?:\\\\text\\{)?\\s*\\(?([A-Z])\\b` +
      `|\\b(?:[Aa]nswer|[Oo]ption|[Cc]hoice)\\s+is:?${quote}([A-Z])(?![\\w'’])` +
      `|\\b(?:[Aa]nswer|[Oo]ption|[Cc]hoice):?${quote}(${loneLetterPattern})`,
    "g",
  );
  const stated = [...text.matchAll(pattern)].map(([, boxed, said, named]) => boxed ?? said ?? named);
  return stated.at(-1);
}

/** The only option letter that stands alone as a word. */
function loneLetter(text: string, options: readonly Option[]): string | undefined {
  const pattern = new RegExp(`(?<![\\w'’])${loneLetterPattern}`, "g");
  const words = new Set([...text.matchAll(pattern)].map(([letter]) => letter));
  return onlyLetter(options.filter(({ letter }) => words.has(letter)));
}

function exactText(reply: string, options: readonly Option[]): string | undefined {
  return onlyLetter(options.filter(({ text }) => plain(text) === plain(reply)));
}

/** The only option the reply contains; an option inside a longer one that is contained too does not count. */
function containedText(reply: string, options: readonly Option[]): string | undefined {
  const found = options.filter(({ text }) => plain(text) !== "" && ` ${plain(reply)} `.includes(` ${plain(text)} `));
  const outermost = found.filter(
    ({ text }) => !found.some((other) => other.text.length > text.length && plain(other.text).includes(plain(text))),
  );
  return onlyLetter(outermost);
}

/** Letters and digits in small letters, one space between words. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function onlyLetter(options: readonly Option[]): string | undefined {
  return options.length === 1 ? options[0]?.letter : undefined;
}
