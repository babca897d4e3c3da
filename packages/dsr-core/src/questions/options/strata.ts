// Which questions are so alike that their words cannot tell whose answer is whose.
// Knows nothing about options.
import { readDenotations } from "../denotation.js";
import type { Candidate } from "../candidate.js";
import { partsOf, type TemplateType } from "../question-types.js";

/** A text that like questions share. */
export type StratumKey = (candidate: Candidate) => string;

/** Whether the camera observes, and which targets it is. */
function castOf({ plan }: Candidate): string {
  const isCamera = (target: unknown): string => (target === "camera" ? "c" : "o");
  return isCamera(plan.observer) + plan.targets.map(isCamera).join("");
}

const firstClause: StratumKey = ({ answer }) => answer[0] ?? "";

/** Thirds of the picture (assumed 256 wide, which only makes cells coarser or finer) in which the boxes lie. */
function cellsOf({ question }: Candidate): string {
  return readDenotations(question)
    .map(({ box: [left, , right] }) => Math.floor((left + right) / 2 / 86))
    .join("");
}

const joined =
  (...keys: readonly StratumKey[]): StratumKey =>
  (candidate) =>
    keys.map((key) => key(candidate)).join("/");

/**
 * Keys from fine to coarse. Procedural answers share their first clause, which boxes and intervals could give away; a
 * prediction has only one clause, and shares the places of its boxes instead.
 */
export function strataOf(type: TemplateType): readonly StratumKey[] {
  if (partsOf(type).kind === "dir_pred") return [joined(castOf, cellsOf), castOf];
  return [joined(firstClause, castOf), firstClause];
}
