// The three questions the planner asks of a window, worded as the templates of the paper (Table 7), and their options.
// Knows nothing about who answers.
import type { AnswerRequest, Clip } from "@dsr/dsr-core/perception";
import { type Clause, type QuestionKind, wordAnswer, wordBox, wordTime } from "@dsr/dsr-core/questions";
import type { TargetBox } from "./target-boxes.js";

/** Where it is, whether it comes nearer, where it will go: as the camera sees it. */
export interface Percept {
  /** Such as "Front|Left"; undefined when it is not in sight. */
  readonly direction: string | undefined;
  readonly distance: "constant" | "larger" | "smaller";
  /** Where it moves next. */
  readonly motion: string;
}

const around = [
  "Front",
  "Front|Left",
  "Front|Right",
  "Left",
  "Right",
  "Behind",
  "Behind|Left",
  "Behind|Right",
] as const;
const trends = ["constant", "larger", "smaller"] as const;
const ways = ["Front", "Behind", "Left", "Right"] as const;
/** Offered where nothing else tells whether the quarry is in sight. */
const unseen = "Not in sight";

/** Frames of the interval that is asked about: the shortest that data has, so that one clause is enough to answer. */
export const intervalFrames = 5;

/** What is asked about, and how. */
export interface PlannerQuestion {
  readonly clip: Clip;
  readonly name: string;
  /** Boxes at the beginning of the interval and at the end of the clip, where a detector gives them. */
  readonly boxes: { readonly initial: TargetBox; readonly final: TargetBox } | undefined;
  readonly scoring: "letter" | "likelihood";
}

/** Direction, distance and motion, in this order. */
export function plannerRequests({ clip, name, boxes, scoring }: PlannerQuestion): readonly AnswerRequest[] {
  const times = clip.frames.map(({ timestamp }) => timestamp);
  const [start, end] = [times.at(-Math.min(intervalFrames, times.length)) ?? 0, times.at(-1) ?? 0];
  const called = (role: "initial" | "final"): string =>
    boxes === undefined ? name : `${name} with ${role} bounding box coordinates ${wordBox(boxes[role].box, "paper")}`;
  const view = "following the perspective of camera";
  const between = `Between ${wordTime(start)} and ${wordTime(end)}, ${view}`;
  const directions = boxes === undefined ? [...around, unseen] : around;
  const prediction = `Following the perspective of camera, predict the moving direction of ${called("final")}.`;
  return [
    ask(`${between}, how does the direction of ${called("initial")} to camera change?`, "dir", directions),
    ask(`${between}, how does the distance between ${called("initial")} and camera change?`, "dis", trends),
    ask(prediction, "dir_pred", ways),
  ];

  function ask(question: string, kind: QuestionKind, clauses: readonly Clause[]): AnswerRequest {
    return {
      clip,
      question,
      options: clauses.map((clause) => wordAnswer([clause], { dialect: "paper", kind })),
      scoring,
    };
  }
}

/** What the chosen options say; an answer that fits no option counts as the first. */
export function perceptOf(options: readonly (number | undefined)[]): Percept {
  const [direction = 0, distance = 0, motion = 0] = options;
  return {
    direction: around[direction],
    distance: trends[distance] ?? "constant",
    motion: ways[motion] ?? "Front",
  };
}
