import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CoreInputError } from "../errors.js";
import { evaluationQuestion, parseOptions, trainingQuestion } from "./options.js";

const texts = (options: string | readonly string[]) => parseOptions(options).map(({ text }) => text);

describe("parseOptions", () => {
  test.each([
    ["A. left", "B. right"],
    ["A) left", "B) right"],
    ["(A) left", "(B) right"],
    ["A: left", "B: right"],
    ["A left", "B right"],
    ["left", "right"],
  ])("%s / %s", (first, second) => {
    expect(parseOptions([first, second])).toEqual([
      { letter: "A", text: "left" },
      { letter: "B", text: "right" },
    ]);
  });

  test("lines of text, with or without a heading", () => {
    expect(texts("Options:\nA. left\n\nB. right\n")).toEqual(["left", "right"]);
  });

  test("an article is not a label", () => {
    expect(texts(["A cow", "A dog"])).toEqual(["A cow", "A dog"]);
  });

  test("numbers of clauses stay", () => {
    expect(texts(["A. (1) Front. (2) Back.", "B. (1) Back."])).toEqual(["(1) Front. (2) Back.", "(1) Back."]);
  });

  test("one option, or none, is refused", () => {
    expect(() => parseOptions(["A. left"])).toThrow(CoreInputError);
    expect(() => parseOptions("")).toThrow(CoreInputError);
  });
});

describe("questions", () => {
  const choice = { question: "Where to?", options: ["left", "right", "up", "down"] };

  test("as the released evaluation asks them", () => {
    expect(evaluationQuestion(choice)).toBe(
      "\nThese are the frames of a video. Select the best answer to the following multiple-choice question based on the " +
        "video. Respond with only the letter (A, B, C, or D) of the correct option.\n" +
        "Question: Where to?\nA. left\nB. right\nC. up\nD. down\nAnswer: ",
    );
    expect(evaluationQuestion({ question: "Q", options: ["A) x", "B) y"] })).toContain("(A or B)");
    expect(evaluationQuestion({ question: "Q", options: ["A) x", "B) y"] })).toContain("\nA) x\nB) y\n");
  });

  test("as the released training data has them", () => {
    expect(trainingQuestion(choice)).toBe("\nWhere to?\nOptions:\nA left\nB right\nC up\nD down");
  });

  test("training options are read back as they were", () => {
    const text = fc.stringMatching(/^[a-z0-9][a-z0-9 .|]{0,19}[a-z]$/);
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 6 }), (options) => {
        const [, written = ""] = trainingQuestion({ question: "q", options }).split("Options:\n");
        expect(texts(written)).toEqual(options);
      }),
    );
  });
});
