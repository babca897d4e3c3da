import { expect, test } from "vitest";
import { tensorData } from "../../graph/data.js";
import { alignAnswer, templateClauses } from "../../questions/index.js";
import { mulberry, openTinyModel } from "../fixtures/tiny-model.js";
import { LocalAnswerer } from "./local-answerer.js";
import { answerHead, lastObjectSlots, optionAlignments } from "./option-alignment.js";

const [clauses, places] = [1 + templateClauses.length, 7];
const size = 2 * (clauses + places);

/** Logits of some slots, and the same as log-probabilities frame by frame. */
function madeHead(slots: number) {
  const random = mulberry(3);
  const frames = Array.from({ length: 2 * slots }, () => ({
    clause: Array.from({ length: clauses }, () => 4 * random()),
    place: Array.from({ length: places }, () => 4 * random()),
  }));
  const data = Float32Array.from(frames.flatMap(({ clause, place }) => [...clause, ...place]));
  const normal = (logits: readonly number[]): readonly number[] => {
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    return logits.map((logit) => logit - Math.log(sum));
  };
  const accounts = frames.map(({ clause, place }) => ({ clause: normal(clause), place: normal(place) }));
  return { heads: new Map([[answerHead, tensorData("float32", [1, slots, size], data)]]), accounts };
}

test("options are aligned with the two frames of every slot", () => {
  const { heads, accounts } = madeHead(5);
  const options = ["(1) Become larger. (2) Become smaller.", "(1) Keep nearly constant then become larger."];
  const found = optionAlignments({ heads }, options) ?? [];
  const expected = [["larger", "smaller"], ["constant-larger"]].map((each) => alignAnswer(accounts, each) ?? NaN);
  expected.forEach((log, at) => expect(found[at]).toBeCloseTo(log, 4));
});

test("options that are no templates' answers, or no slots, are left to their words", () => {
  const { heads } = madeHead(2);
  expect(optionAlignments({ heads }, ["(1) Become larger.", "It walks away."])).toBeUndefined();
  expect(optionAlignments({ heads: new Map() }, ["(1) Become larger."])).toBeUndefined();
});

test("an answer of more clauses than frames is worth a finite little", () => {
  const long = "(1) Become larger. (2) Become smaller. (3) Become larger.";
  expect(optionAlignments(madeHead(1), [long, "(1) Become larger."])?.[0]).toBe(-1000);
});

test("the last object's slots have seen the others", () => {
  const slots = [0, 1].flatMap((region) =>
    [0, 1, 2].map((tubelet) => ({ at: 40 + 3 * region + tubelet, region, tubelet })),
  );
  expect(lastObjectSlots({ slots })).toEqual([43, 44, 45]);
  expect(lastObjectSlots({ slots: [] })).toEqual([]);
});

test("a model without slots that tell an answer cannot have them count", async () => {
  const model = await openTinyModel("plain", 1, { slot_alignment: 1 });
  expect(() => new LocalAnswerer(model)).toThrow(
    "slot_alignment: expected an output head 'answer' of track slots with at least",
  );
});
