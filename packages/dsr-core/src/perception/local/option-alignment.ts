// How well each option fits what the slots of a prompt say of the answer, frame by frame.
// Knows nothing about prompts and words.
import type { NdData } from "../../graph/graph.js";
import { alignAnswer, type FrameAccount, readAnswer, templateClauses } from "../../questions/index.js";
import { framesPerPatch } from "../clip.js";
import type { ReadPrompt } from "./prefill.js";
import type { PromptLayout } from "./prompt-layout.js";
import { logProbabilities } from "./probabilities.js";
import { floatsOf } from "./tensor-rows.js";

/** The head that tells the answer so far: for each frame of a pair the logits of its clause, then of its place. */
export const answerHead = "answer";

/** Classes of clauses: none, and the templates'. */
export const clauseClasses = 1 + templateClauses.length;

/** What an answer that cannot have grown in so few frames is worth. */
const impossible = -1000;

/** Places of the slots that know the most: those of the last object, before which all others have been read. */
export function lastObjectSlots({ slots }: Pick<PromptLayout, "slots">): readonly number[] {
  const last = slots.at(-1)?.region;
  return slots.filter(({ region }) => region === last).map(({ at }) => at);
}

/** Log-probability of each option's growth; undefined where slots were not asked, or options are no templates' answers. */
export function optionAlignments(
  { heads }: Pick<ReadPrompt, "heads">,
  options: readonly string[],
): readonly number[] | undefined {
  const head = heads.get(answerHead);
  if (head === undefined) return undefined;
  const accounts = accountsOf(head);
  const logs = options.map((option) => alignAnswer(accounts, readAnswer(option)));
  return logs.every((log) => log !== undefined) ? logs.map((log) => Math.max(impossible, log)) : undefined;
}

function accountsOf(head: NdData): readonly FrameAccount[] {
  const floats = floatsOf(head, `heads.${answerHead}`);
  const size = (head.shape.at(-1) ?? 0) / framesPerPatch;
  return Array.from({ length: floats.length / size }, (_, frame) => {
    const row = floats.subarray(frame * size, (frame + 1) * size);
    const [clause, place] = [row.subarray(0, clauseClasses), row.subarray(clauseClasses)];
    return { clause: logProbabilities(clause), place: logProbabilities(place) };
  });
}
