import fc from "fast-check";
import { expect, test } from "vitest";
import { candidateOf, type Candidate, type QuestionItem } from "../candidate.js";
import { readAnswer } from "../describe/index.js";
import { syntheticClues, testRandom } from "../fixtures/synthetic-clues.js";
import { defaultPlanOptions, drawPlan } from "../plan.js";
import { letters, templateTypes } from "../question-types.js";
import { makeQuartets, quartetItems, releasedItem } from "./index.js";

function candidatesOf(seed: number, clips: number, perClip: number): readonly Candidate[] {
  const random = testRandom(seed);
  const found = new Map<string, Candidate>();
  for (let clip = 0; clip < clips; clip++) {
    const clues = syntheticClues(1000 * seed + clip, { frames: 24, objects: 6 });
    for (let i = 0; i < perClip; i++) {
      const type = templateTypes[i % templateTypes.length] ?? "abs_dis";
      const plan = drawPlan(clues, type, { ...defaultPlanOptions, random });
      const candidate = plan === undefined ? undefined : candidateOf(clues, plan, "paper");
      if (candidate !== undefined) found.set(clip + candidate.question, candidate);
    }
  }
  return [...found.values()];
}

function expectOneRight(item: QuestionItem, { answer }: Candidate): void {
  const right = item.options.map((option) => readAnswer(option).join() === answer.join());
  expect(right.filter(Boolean)).toHaveLength(1);
  expect(letters[right.indexOf(true)]).toBe(item.correct);
  expect(new Set(item.options).size).toBe(4);
}

const seed = fc.nat(10_000);

test("quartets: every option is right once, every letter too, and no question is used twice", () => {
  fc.assert(
    fc.property(seed, (number) => {
      const candidates = candidatesOf(number, 6, 120);
      const used = new Set<Candidate>();
      const random = testRandom(number);
      for (const [type, quartets] of makeQuartets(candidates, random)) {
        for (const quartet of quartets) {
          const items = quartetItems(quartet, { random, dialect: "paper", group: "g" });
          expect(items.map(({ correct }) => correct).toSorted()).toEqual([...letters]);
          expect(new Set(items.map((item) => item.options.toSorted().join())).size).toBe(1);
          for (const [i, candidate] of quartet.entries()) {
            const item = items[i];
            if (item !== undefined) expectOneRight(item, candidate);
            expect(candidate.plan.type).toBe(type);
            expect(used.has(candidate)).toBe(false);
            used.add(candidate);
          }
        }
      }
      expect(used.size).toBeGreaterThan(candidates.length / 4);
    }),
    { numRuns: 8 },
  );
});

test("procedural answers of a quartet share their first clause, and intervals are alike", () => {
  for (const [type, quartets] of makeQuartets(candidatesOf(7, 12, 120), testRandom(7))) {
    if (type.endsWith("dir_pred")) continue;
    for (const quartet of quartets) {
      expect(new Set(quartet.map(({ answer }) => answer[0])).size).toBe(1);
      const steps = quartet.map(({ plan }) => plan.end - plan.start);
      expect(Math.max(...steps)).toBeLessThanOrEqual(1.5 * Math.min(...steps));
    }
  }
});

test("the paper's rule: one option right, wrong ones at most three clauses longer or shorter, every letter drawn", () => {
  const random = testRandom(3);
  const correct = new Set<string>();
  for (const candidate of candidatesOf(3, 6, 60)) {
    const item = releasedItem(candidate, { random, dialect: "paper" });
    expectOneRight(item, candidate);
    correct.add(item.correct);
    const n = candidate.answer.length;
    for (const option of item.options) {
      const length = readAnswer(option).length;
      expect(length).toBeGreaterThanOrEqual(1);
      expect(length).toBeLessThanOrEqual(n + 3);
    }
  }
  expect([...correct].toSorted()).toEqual([...letters]);
});
