// What the slots of a question's last object should know of the answer: in each frame, the clause that has been reached.
// Knows nothing about graphs or words. Slots before the last object's have not seen everything that is asked about.
import type { Clues } from "@dsr/dsr-core/geometry";
import { type QuestionPlan, answersSoFar, templateClauses } from "@dsr/dsr-core/questions";
import { clipFrames, mostClauses, slotFrames, tubelets } from "./model-file.js";
import { namedObjects } from "./track-targets.js";

/** Classes of slots' frames, [slots, 2], and which of them count. */
export interface AnswerTargets {
  /** 1 + place in `templateClauses`; 0 where there is no answer yet or no longer. */
  readonly clause: BigInt64Array;
  /** 1 + the clause's place in the answer; 0 likewise. */
  readonly place: BigInt64Array;
  readonly mask: Float32Array;
}

/** Empty targets of some slots. */
export function emptyAnswers(slots: number): AnswerTargets {
  const frames = slots * slotFrames;
  return { clause: new BigInt64Array(frames), place: new BigInt64Array(frames), mask: new Float32Array(frames) };
}

/** Writes the targets of a question from slot `at` on; nothing when it names no object. */
export function writeAnswers(clues: Clues, plan: QuestionPlan, into: AnswerTargets, at: number): void {
  const objects = namedObjects(plan).length;
  if (objects === 0) return;
  const first = (at + (objects - 1) * tubelets) * slotFrames;
  const soFar = answersSoFar(clues, plan, "paper");
  for (let frame = 0; frame < clipFrames; frame++) {
    const known = soFar[frame];
    into.mask[first + frame] = 1;
    into.clause[first + frame] = BigInt(known === undefined ? 0 : 1 + templateClauses.indexOf(known.clause));
    into.place[first + frame] = BigInt(known === undefined ? 0 : 1 + Math.min(known.place, mostClauses - 1));
  }
}
