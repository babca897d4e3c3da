import { expect, test } from "vitest";
import type { QuestionItem } from "./candidate.js";
import { readLetter, scoreAnswers } from "./scoring.js";

const options = ["(1) Become larger.", "(1) Become smaller.", "(1) Keep nearly constant.", "(1) Left."];

test.each([
  ["B", "B"],
  ["B. (1) Become smaller.", "B"],
  ["The best answer is: C", "C"],
  ["(D)", "D"],
  ["Answer: A", "A"],
  ["**B**", "B"],
  ["(1) Keep nearly constant.", "C"],
  ["A cow becomes faster", "A"],
  ["Become", undefined],
  ["", undefined],
])("%s means %s", (text, letter) => {
  expect(readLetter(text, options)).toBe(letter);
});

test("the average weighs items, not types; no answer is wrong", () => {
  const item = (type: QuestionItem["type"]): QuestionItem => ({
    video: "v",
    type,
    question: "q",
    options,
    correct: "A",
  });
  const items = [item("abs_dis"), item("abs_dis"), item("abs_dis"), item("non_temp")];
  expect(scoreAnswers(items, ["A", "A", undefined, "B"])).toEqual({
    score: 50,
    n: 4,
    byType: { abs_dis: { score: 200 / 3, n: 3 }, non_temp: { score: 0, n: 1 } },
  });
});
