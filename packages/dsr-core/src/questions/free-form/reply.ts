// Reads and checks what a language model replied: question, four answers, letter, a line each.
// Knows nothing about servers or retries.
import type { Clues } from "../../geometry/clues.js";
import { letters, type Letter, type Dialect } from "../question-types.js";
import type { QuestionItem } from "../candidate.js";
import { readDenotations, wordBox } from "../denotation.js";
import { wordTime } from "../templates.js";
import { type FreeFormPlan, wordObserver } from "./prompt.js";
import { isSameTarget, objectOf } from "../plan.js";
import { seenAt } from "../../geometry/clues.js";

/** A reply taken apart. Answers without letters before them. */
export interface FreeFormReply {
  readonly question: string;
  readonly answers: readonly string[];
  readonly correct: Letter;
}

/** What is wrong with a reply, in words for the manifest. */
export interface ReplyFault {
  readonly fault: string;
}

/** Reads a reply: exactly six lines that are not empty. */
export function parseReply(text: string): FreeFormReply | ReplyFault {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.length !== 6) return { fault: `reply: expected 6 lines, found ${lines.length}` };
  const [question = "", ...rest] = lines;
  const last = rest.pop() ?? "";
  const letter = /^\W*(?:(?:the )?(?:correct )?answer(?: is)?\W*)?([A-D])\b\W*$/i.exec(last)?.[1]?.toUpperCase();
  const correct = letters.find((known) => known === letter);
  if (correct === undefined) return { fault: `reply: expected a letter A to D, found '${last.slice(0, 40)}'` };
  return { question: question.replace(/^(?:question\s*[:.]\s*)/i, ""), answers: rest.map(withoutLetter), correct };
}

function withoutLetter(answer: string): string {
  return answer.replace(/^\(?[A-D1-4][).:]\s*/, "");
}

/** What is wrong with a question for these clues, or undefined: equal answers, objects that are not there, coordinates. */
export function replyFault(reply: FreeFormReply, clues: Clues, plan: FreeFormPlan): string | undefined {
  const { question, answers } = reply;
  if (question.length < 10) return `question: expected a sentence, found '${question}'`;
  if (new Set(answers.map((answer) => answer.toLowerCase())).size < 4) return "answers: expected four different ones";
  if (answers.some((answer) => answer === "")) return "answers: expected words in each, found an empty one";
  // options change places later, so that the letters are even
  if (answers.some((answer) => /\b(?:[A-D] (?:and|or|nor) [A-D]|(?:options?|answers?) [A-D])\b/.test(answer)))
    return "answers: expected none that name each other by letter, found one";
  if (/\b(?:from|following) the perspective\b/i.test(question)) return "question: expected no perspective, found one";
  const withoutBoxes = question.replaceAll(/\[[^\]]*\]/g, "");
  if (/-?\d+\.\d{2,}/.test(withoutBoxes)) return "question: expected no coordinates, found numbers with decimals";
  const known = new Set(plan.objects.filter((object) => !isSameTarget(object, plan.observer)).flatMap(boxOf));
  const named = [question, ...answers].flatMap((text) => readDenotations(text));
  const stranger = named.find(({ box }) => !known.has(box.join()));
  if (stranger !== undefined) return `question: expected boxes of the prompt, found ${wordBox(stranger.box, "paper")}`;
  return named.length === 0 ? "question: expected objects by their boxes, found none" : undefined;

  function boxOf(target: FreeFormPlan["objects"][number]): readonly string[] {
    const object = objectOf(clues, target);
    const box = object === undefined ? undefined : seenAt(object, plan.start)?.box;
    return box === undefined || box === null ? [] : [box.join()];
  }
}

/** The finished item: perspective and interval before the model's question. */
export function freeFormItem(
  reply: FreeFormReply,
  clues: Clues,
  plan: FreeFormPlan & { readonly dialect: Dialect },
): QuestionItem {
  const time = (frame: number): string => wordTime(clues.frames[frame]?.timestamp ?? 0);
  const lead = plan.mobility === "abs" ? "From" : "Following";
  const observer = wordObserver(clues, plan, plan.dialect);
  const question = reply.question.charAt(0).toLowerCase() + reply.question.slice(1);
  return {
    video: clues.video.id,
    type: "non_temp",
    question: `${lead} the perspective of ${observer}, between ${time(plan.start)} and ${time(plan.end)}, ${question}`,
    options: reply.answers,
    correct: reply.correct,
  };
}
