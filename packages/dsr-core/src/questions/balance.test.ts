import fc from "fast-check";
import { expect, test } from "vitest";
import { EvenDraw, LetterDraw } from "./balance.js";
import { type QuestionItem, withLetter } from "./candidate.js";
import { testRandom } from "./fixtures/synthetic-clues.js";
import { letters } from "./question-types.js";
import { drawWeighted, shuffled } from "./random.js";

const seed = fc.nat(100_000);

test("what was drawn less is drawn next: types end up close together", () => {
  fc.assert(
    fc.property(seed, (number) => {
      const random = testRandom(number);
      const even = new EvenDraw(["a", "b", "c"]);
      const counts = { a: 0, b: 0, c: 0 };
      for (let i = 0; i < 300; i++) {
        const option = even.draw(random) as "a" | "b" | "c";
        even.count(option);
        counts[option]++;
      }
      // with equal weights the standard deviation would be 8
      expect(Math.max(...Object.values(counts)) - Math.min(...Object.values(counts))).toBeLessThan(60);
      const least = new EvenDraw(["a", "b"]);
      least.count("a");
      expect(least.least(random)).toBe("b");
      expect(least.least(random, (option) => option === "a")).toBe("a");
      expect(least.draw(random, () => false)).toBeUndefined();
    }),
    { numRuns: 30 },
  );
});

test("letters never run ahead of each other by more than one", () => {
  const draw = new LetterDraw(testRandom(1));
  const counts = new Map<string, number>(letters.map((letter) => [letter, 0]));
  for (let i = 0; i < 41; i++) {
    const letter = draw.next();
    counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1);
  }
});

test("weights of zero are never drawn, and shuffling loses nothing", () => {
  fc.assert(
    fc.property(seed, fc.array(fc.nat(3), { minLength: 1 }), (number, weights) => {
      const random = testRandom(number);
      const index = drawWeighted(random, weights);
      if (weights.every((weight) => weight === 0)) expect(index).toBe(-1);
      else expect(weights[index]).toBeGreaterThan(0);
      expect(shuffled(random, weights).toSorted()).toEqual(weights.toSorted());
    }),
  );
});

test("an item keeps its options and its answer under another letter", () => {
  const item: QuestionItem = {
    video: "v",
    type: "non_temp",
    question: "q",
    options: ["a", "b", "c", "d"],
    correct: "B",
  };
  expect(withLetter(item, "D")).toEqual({ ...item, options: ["a", "d", "c", "b"], correct: "D" });
  expect(withLetter(item, "B")).toEqual(item);
});
