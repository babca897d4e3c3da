import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alignAnswer, type FrameAccount } from "./answer-alignment.js";
import { type AnswerSoFar, answersSoFar, templateClauses } from "./answer-so-far.js";
import { candidateOf } from "./candidate.js";
import type { Clause } from "./describe/index.js";
import { syntheticClues, testRandom } from "./fixtures/synthetic-clues.js";
import { defaultPlanOptions, drawPlan } from "./plan.js";
import { type TemplateType, templateTypes } from "./question-types.js";

const places = 6;

function sure(index: number, length: number): readonly number[] {
  return Array.from({ length }, (_, i) => (i === index ? 0 : -Infinity));
}

/** What a model that knows everything says of a frame. */
function accountOf(known: AnswerSoFar | undefined): FrameAccount {
  return {
    clause: sure(known === undefined ? 0 : 1 + templateClauses.indexOf(known.clause), 1 + templateClauses.length),
    place: sure(known === undefined ? 0 : 1 + Math.min(known.place, places - 1), 1 + places),
  };
}

function drawn(scene: number, draw: number, type: TemplateType) {
  const clues = syntheticClues(scene);
  const plan = drawPlan(clues, type, { ...defaultPlanOptions, leastSteps: 3, random: testRandom(draw) });
  const candidate = plan === undefined ? undefined : candidateOf(clues, plan, "paper");
  fc.pre(plan !== undefined && candidate !== undefined && candidate.answer.length <= places);
  return { answer: candidate.answer, soFar: answersSoFar(clues, plan, "paper") };
}

const scenes = [fc.nat(1_000_000), fc.nat(1_000_000), fc.constantFrom(...templateTypes)] as const;

/** Accounts of a few frames that are sure of nothing; clauses beyond the first five are ruled out to keep sums small. */
function blurred(seed: number, frames: number): readonly FrameAccount[] {
  const random = testRandom(seed);
  const logs = (length: number): readonly number[] => {
    const weights = Array.from({ length }, () => 0.05 + random.float());
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => Math.log(weight / sum));
  };
  return Array.from({ length: frames }, () => ({ clause: logs(1 + templateClauses.length), place: logs(1 + places) }));
}

type Reading = readonly (readonly [clause: number, place: number])[];

/** Log-probability of a row of classes, one a frame. */
function logOf(accounts: readonly FrameAccount[], reading: Reading): number {
  return reading.reduce((sum, [clause, place], frame) => {
    const account = accounts[frame];
    return sum + (account?.clause[clause] ?? NaN) + (account?.place[place] ?? NaN);
  }, 0);
}

/** All rows of classes of an answer without "nearly constant, then …": nothing, each clause at least once, nothing. */
function readingsOf(answer: readonly Clause[], frames: number): readonly Reading[] {
  const classes = [
    [0, 0] as const,
    ...answer.map((clause, at) => [1 + templateClauses.indexOf(clause), at + 1] as const),
    [0, 0] as const,
  ];
  const last = classes.length - 1;
  const grow = (at: number, left: number): readonly Reading[] => {
    if (left === 0) return at >= last - 1 ? [[]] : [];
    const next = [at, at + 1].filter((each) => each <= last);
    return next.flatMap((to) => grow(to, left - 1).map((rest) => [classes[to] ?? ([0, 0] as const), ...rest]));
  };
  return [0, 1].flatMap((first) =>
    grow(first, frames - 1).map((rest) => [classes[first] ?? ([0, 0] as const), ...rest]),
  );
}

describe("alignment of an answer with accounts of how it grows", () => {
  test("is certain of the answer whose growth is told, and rules out all others", () => {
    fc.assert(
      fc.property(...scenes, fc.nat(1_000_000), (scene, draw, type, other) => {
        const { answer, soFar } = drawn(scene, draw, type);
        const accounts = soFar.map(accountOf);
        expect(alignAnswer(accounts, answer)).toBeCloseTo(0, 9);
        const random = testRandom(other);
        const wrong = answer.map((clause) =>
          random.float() < 0.5 ? clause : (templateClauses[random.integer(templateClauses.length)] ?? clause),
        );
        if (wrong.some((clause, at) => clause !== answer[at])) expect(alignAnswer(accounts, wrong)).toBe(-Infinity);
        // a clause in a place that accounts cannot tell from the last one is not ruled out
        if (answer.length < places) expect(alignAnswer(accounts, [...answer, "constant"])).toBe(-Infinity);
      }),
    );
  });

  test("sums over all ways to grow", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.constantFrom(3, 4, 5, 6), fc.constantFrom(1, 2, 3), (seed, frames, length) => {
        const answer = ["larger", "constant", "smaller"].slice(0, length);
        const accounts = blurred(seed, frames);
        const total = readingsOf(answer, frames).reduce((sum, reading) => sum + Math.exp(logOf(accounts, reading)), 0);
        expect(Math.exp(alignAnswer(accounts, answer) ?? NaN)).toBeCloseTo(total, 12);
      }),
    );
  });

  test("knows nothing of clauses that are not the templates'", () => {
    expect(alignAnswer(blurred(1, 4), ["walks away"])).toBeUndefined();
    expect(alignAnswer(blurred(1, 4), [])).toBeUndefined();
  });
});
