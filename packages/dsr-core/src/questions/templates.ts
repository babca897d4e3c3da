// The wording of the twelve template types (Table 7 of the paper).
// Knows nothing about answers.
import type { Clues } from "../geometry/clues.js";
import { denote } from "./denotation.js";
import type { QuestionPlan } from "./plan.js";
import { type Dialect, partsOf, type QuestionKind } from "./question-types.js";

const asks: Readonly<Record<QuestionKind, (first: string, second: string) => string>> = {
  dis: (first, second) => `how does the distance between ${first} and ${second} change?`,
  dir: (first, second) => `how does the direction of ${first} to ${second} change?`,
  ori: (first) => `how does the orientation of ${first} change?`,
  spd: (first) => `how does the speed of ${first} change?`,
  spd_comp: (first, second) => `compare the speed between ${first} and ${second}.`,
  dir_pred: (first) => `predict the moving direction of ${first}.`,
};

/** Seconds with one decimal, as in the released files. */
export function wordTime(seconds: number): string {
  return `${seconds.toFixed(1)}s`;
}

/** The question of a plan. The released wording of a prediction has no full stop. */
export function wordQuestion(clues: Clues, plan: QuestionPlan, dialect: Dialect): string {
  const { mobility, kind } = partsOf(plan.type);
  const isPrediction = kind === "dir_pred";
  const time = (frame: number): string => wordTime(clues.frames[frame]?.timestamp ?? 0);
  const role = isPrediction ? "final" : "initial";
  const [first = "", second = ""] = plan.targets.map((target) =>
    denote(clues, target, { frame: plan.start, role, dialect }),
  );
  const viewFrame = plan.viewFrame ?? plan.start;
  const observer = denote(clues, plan.observer, { frame: viewFrame, role: mobility === "abs" ? "at" : role, dialect });
  const perspective =
    mobility === "abs"
      ? `from the perspective of ${observer} at ${time(viewFrame)}`
      : `following the perspective of ${observer}`;
  const interval = isPrediction ? "" : `Between ${time(plan.start)} and ${time(plan.end)}, `;
  const text = `${interval}${perspective}, ${asks[kind](first, second)}`;
  const sentence = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return isPrediction && dialect === "released" ? sentence.replace(/\.$/, "") : sentence;
}
