import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answersSoFar, templateClauses } from "./answer-so-far.js";
import { candidateOf } from "./candidate.js";
import { syntheticClues, testRandom } from "./fixtures/synthetic-clues.js";
import { defaultPlanOptions, drawPlan } from "./plan.js";
import { type TemplateType, templateTypes } from "./question-types.js";

function drawn(scene: number, draw: number, type: TemplateType) {
  const clues = syntheticClues(scene);
  return { clues, plan: drawPlan(clues, type, { ...defaultPlanOptions, leastSteps: 3, random: testRandom(draw) }) };
}

describe("the answer so far", () => {
  test("is the whole answer in the interval's last frame, knows nothing outside it, and grows by one clause at most", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), fc.constantFrom(...templateTypes), (scene, draw, type) => {
        const { clues, plan } = drawn(scene, draw, type);
        const candidate = plan === undefined ? undefined : candidateOf(clues, plan, "paper");
        fc.pre(plan !== undefined && candidate !== undefined);
        const soFar = answersSoFar(clues, plan, "paper");
        expect(soFar).toHaveLength(clues.frames.length);
        expect(soFar[plan.end]).toEqual({ clause: candidate.answer.at(-1), place: candidate.answer.length - 1 });
        soFar.forEach((known, frame) => {
          if (frame < plan.start || frame > plan.end) expect(known).toBeUndefined();
          if (known === undefined) return;
          expect(templateClauses).toContain(known.clause);
          expect(known.place).toBeLessThanOrEqual((soFar[frame - 1]?.place ?? -1) + 1);
        });
      }),
    );
  });

  test("does not depend on what comes later", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), fc.constantFrom(...templateTypes), (scene, draw, type) => {
        const { clues, plan } = drawn(scene, draw, type);
        fc.pre(plan !== undefined && plan.end > plan.start + 1);
        const shorter = answersSoFar(clues, { ...plan, end: plan.end - 1 }, "paper");
        expect(shorter.slice(0, plan.end)).toEqual(answersSoFar(clues, plan, "paper").slice(0, plan.end));
      }),
    );
  });
});
