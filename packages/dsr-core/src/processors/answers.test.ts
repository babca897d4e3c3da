import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAnswer } from "./answers.js";
import { parseOptions } from "./options.js";

const options = parseOptions(["Front|Left", "Front", "Keep nearly constant.", "A cow moves away."]);

describe("careful reading", () => {
  test.each([
    ["B", "B"],
    [" b. ", "B"],
    ["(C)", "C"],
    ["**D**", "D"],
    ["B. Front", "B"],
    ["A) Front|Left", "A"],
    ["Answer: C", "C"],
    ["Best answer: C", "C"],
    ["The answer is (D).", "D"],
    ["The correct option is B because it is nearer.", "B"],
    ["The answer is A because it turns.", "A"],
    ["At first I thought the answer is A, but the answer is C.", "C"],
    ["It moves, so \\boxed{D}", "D"],
    ["Based on the frames, B", "B"],
    ["Could be. After a look at Cars: option D", "D"],
    ["front", "B"],
    ["Front | Left.", "A"],
    ["It is front left of the camera.", "A"],
    ["keep nearly constant", "C"],
    ["A cow moves away.", "D"],
    ["Answer: A cow moves away", "D"],
  ])("%s → %s", (reply, letter) => {
    expect(parseAnswer(reply, options)).toBe(letter);
  });

  test.each(["", "I cannot tell.", "A or B", "E", "A cow is seen", "Based on frames"])(
    "'%s' chooses nothing",
    (reply) => {
      expect(parseAnswer(reply, options)).toBeUndefined();
    },
  );

  test("an option's letter, or its own text, always chooses it", () => {
    const text = fc.stringMatching(/^[a-z]{3,8}( [a-z]{3,8}){0,3}$/);
    fc.assert(
      fc.property(fc.uniqueArray(text, { minLength: 2, maxLength: 6 }), fc.nat(), (texts, pick) => {
        const some = parseOptions(texts);
        const option = some[pick % some.length];
        expect(parseAnswer(`${option?.letter}.`, some)).toBe(option?.letter);
        expect(parseAnswer(`${option?.letter}. ${option?.text}`, some)).toBe(option?.letter);
        expect(parseAnswer(option?.text ?? "", some)).toBe(option?.letter);
      }),
    );
  });
});

describe("the released rule", () => {
  test.each([
    ["B", "B"],
    ["The best answer is C.", "C"],
    ["Answer: D", "D"],
    ["Based on the frames: C", "B"],
    ["Best answer: C", "B"],
    ["keep nearly constant.", "C"],
    ["b", undefined],
    ["nothing of that kind is to be seen here", undefined],
  ])("%s → %s", (reply, letter) => {
    expect(parseAnswer(reply, options, "released")).toBe(letter);
  });
});
