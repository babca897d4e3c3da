import { expect, test } from "vitest";
import type { Clues, Sighting } from "../geometry/clues.js";
import { readDenotations } from "./denotation.js";
import type { QuestionPlan } from "./plan.js";
import { wordAnswer } from "./describe/index.js";
import { wordQuestion } from "./templates.js";

const seen: Sighting = {
  center: [0, 0, 0],
  visibility: 1,
  box: [1, 2, 30, 40],
  orientation: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const pose = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const clues: Clues = {
  format: "dsr.clues",
  formatVersion: 1,
  video: { id: "clip", width: 64, height: 48 },
  unit: "relative",
  source: { name: "test", precision: "estimated" },
  frames: [0, 1.25, 2.5].map((timestamp) => ({ timestamp, pose, intrinsics: null })),
  objects: [
    { id: "a", class: "man", isAgent: true, sightings: [seen, seen, { ...seen, box: [3, 4, 5, 6] }] },
    { id: "b", class: "red car", isAgent: false, sightings: [{ ...seen, box: [7, 8, 9, 10] }, seen, seen] },
  ],
};
const a = { object: "a" };
const b = { object: "b" };
const interval = { start: 0, end: 2 };

test.each<[QuestionPlan, string]>([
  [
    { type: "rel_dis", observer: "camera", targets: [b, "camera"], ...interval },
    "Between 0.0s and 2.5s, following the perspective of camera, how does the distance between red car with initial bounding box coordinates [7, 8, 9, 10] and camera change?",
  ],
  [
    { type: "abs_dir", observer: a, viewFrame: 2, targets: [b, a], ...interval },
    "Between 0.0s and 2.5s, from the perspective of man with bounding box coordinates [3, 4, 5, 6] at 2.5s, how does the direction of red car with initial bounding box coordinates [7, 8, 9, 10] to man with initial bounding box coordinates [1, 2, 30, 40] change?",
  ],
  [
    { type: "rel_ori", observer: "camera", targets: [a], ...interval },
    "Between 0.0s and 2.5s, following the perspective of camera, how does the orientation of man with initial bounding box coordinates [1, 2, 30, 40] change?",
  ],
  [
    { type: "rel_spd", observer: a, targets: [b], ...interval },
    "Between 0.0s and 2.5s, following the perspective of man with initial bounding box coordinates [1, 2, 30, 40], how does the speed of red car with initial bounding box coordinates [7, 8, 9, 10] change?",
  ],
  [
    { type: "abs_spd_comp", observer: "camera", viewFrame: 1, targets: [a, b], ...interval },
    "Between 0.0s and 2.5s, from the perspective of camera at 1.3s, compare the speed between man with initial bounding box coordinates [1, 2, 30, 40] and red car with initial bounding box coordinates [7, 8, 9, 10].",
  ],
  [
    { type: "abs_dir_pred", observer: "camera", viewFrame: 0, targets: [a], start: 2, end: 2 },
    "From the perspective of camera at 0.0s, predict the moving direction of man with final bounding box coordinates [3, 4, 5, 6].",
  ],
])("Table 7's template of $type", (plan, expected) => {
  expect(wordQuestion(clues, plan, "paper")).toBe(expected);
});

test("the released wording has boxes without spaces and predictions without a full stop", () => {
  const plan: QuestionPlan = { type: "rel_dir_pred", observer: a, targets: [b], start: 2, end: 2 };
  expect(wordQuestion(clues, plan, "released")).toBe(
    "Following the perspective of man with final bounding box coordinates [3,4,5,6], predict the moving direction of red car with final bounding box coordinates [1,2,30,40]",
  );
});

test("boxes are read back from any wording", () => {
  const text =
    "from the perspective of man with bounding box coordinates [3, 4, 5, 6] at 2.5s, the dog with initial bounding box coordinates [7,8,9,10]";
  expect(readDenotations(text)).toEqual([
    { role: "at", box: [3, 4, 5, 6] },
    { role: "initial", box: [7, 8, 9, 10] },
  ]);
});

test("an object out of sight cannot be called by its box", () => {
  const hidden: Clues = {
    ...clues,
    objects: [{ id: "a", class: "man", isAgent: true, sightings: [null, null, null] }],
  };
  const plan: QuestionPlan = { type: "rel_spd", observer: "camera", targets: [a], ...interval };
  expect(() => wordQuestion(hidden, plan, "paper")).toThrow("expected it in sight in frame 0");
});

test("whole-interval comparisons have words of their own in the released dialect alone", () => {
  expect(wordAnswer(["latter"], { dialect: "released", kind: "spd_comp" })).toBe("The latter is always faster.");
  expect(wordAnswer(["latter"], { dialect: "paper", kind: "spd_comp" })).toBe("(1) The latter is faster.");
  expect(wordAnswer(["constant-larger", "smaller"], { dialect: "released", kind: "dis" })).toBe(
    "(1) Keep nearly constant and then become larger. (2) Become smaller.",
  );
});
