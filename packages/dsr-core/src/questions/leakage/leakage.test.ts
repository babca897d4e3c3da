import { expect, test } from "vitest";
import type { QuestionItem } from "../candidate.js";
import { testRandom } from "../fixtures/synthetic-clues.js";
import { letters } from "../question-types.js";
import { pick, shuffled } from "../random.js";
import {
  crossMeasureLeakage,
  expectedHit,
  frequencyPrior,
  lengthPrior,
  positionPrior,
  scoreBlind,
  splitByGroup,
  textModel,
} from "./index.js";

const answers = [
  "(1) Become larger.",
  "(1) Become smaller.",
  "(1) Keep nearly constant.",
  "(1) Become larger. (2) Become smaller.",
];

/** Items whose right answer is drawn by `rightOf`; the words of the question are the animal's. */
function itemsOf(count: number, rightOf: (animal: string, seed: number) => string): readonly QuestionItem[] {
  const random = testRandom(count);
  return Array.from({ length: count }, (_, i): QuestionItem => {
    const animal = pick(random, ["horse", "tiger", "whale", "eagle"]) ?? "";
    const options = shuffled(random, answers);
    const correct = letters[options.indexOf(rightOf(animal, random.integer(4)))] ?? "A";
    const question = `Between 0.0s and ${i}.0s, how does the speed of ${animal} with initial bounding box coordinates [1, 2, 3, 4] change?`;
    return { video: `v${i}`, type: "rel_spd", question, options, correct };
  });
}

const byWord = itemsOf(400, (animal) => answers[["horse", "tiger", "whale", "eagle"].indexOf(animal)] ?? "");
const fair = itemsOf(800, (_, drawn) => answers[drawn] ?? "");
const frequent = itemsOf(400, (_, drawn) => answers[drawn < 3 ? 0 : 1] ?? "");

test("each prior finds its own leak", () => {
  const accuracy = (scorer: typeof frequencyPrior, items: readonly QuestionItem[]): number =>
    scoreBlind(scorer.name, scorer.learn(items), items).overall.score;
  expect(accuracy(frequencyPrior, frequent)).toBeGreaterThan(65);
  const long = fair.map((item) => ({ ...item, correct: letters[item.options.indexOf(answers[3] ?? "")] ?? "A" }));
  expect(accuracy(lengthPrior, long)).toBe(100);
  const placed = fair.map((item) => ({ ...item, correct: "C" as const }));
  expect(accuracy(positionPrior, placed)).toBe(100);
});

test("the text model learns what only the question's words give away, and nothing where nothing is given away", () => {
  const score = (items: readonly QuestionItem[]): number | undefined =>
    crossMeasureLeakage(items, testRandom(1)).scorers.find(({ name }) => name === "text")?.overall.score;
  expect(score(byWord)).toBeGreaterThan(95);
  // 800 fair items: the standard error is 1.5 points
  expect(score(fair)).toBeLessThan(31);
  expect(frequencyPrior.learn(byWord)(byWord[0] ?? fixed)).toHaveLength(4);
});

const fixed: QuestionItem = { video: "v", type: "rel_spd", question: "q", options: answers, correct: "B" };

test("ties count as a fair draw", () => {
  expect(expectedHit([1, 1, 0, 0], fixed)).toBe(0.5);
  expect(expectedHit([0, 0, 0, 0], fixed)).toBe(0.25);
  expect(expectedHit([1, 0, 0, 0], fixed)).toBe(0);
});

test("halves share no group and lose no item", () => {
  const items = fair.map((item, i) => ({ ...item, group: String(Math.floor(i / 4)) }));
  const [a, b] = splitByGroup(items, testRandom(5));
  expect(a.length + b.length).toBe(items.length);
  const groups = new Set(a.map(({ group }) => group));
  expect(b.some(({ group }) => groups.has(group))).toBe(false);
});

test("training is repeatable", () => {
  const scores = (): unknown => textModel({ random: testRandom(2) }).learn(byWord.slice(0, 50))(fixed);
  expect(scores()).toEqual(scores());
});
