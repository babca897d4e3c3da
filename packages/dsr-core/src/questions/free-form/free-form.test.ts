import { expect, test } from "vitest";
import { syntheticClues } from "../fixtures/synthetic-clues.js";
import { wordBox } from "../denotation.js";
import { type FreeFormPlan, freeFormItem, freeFormPrompt, parseReply, replyFault } from "./index.js";

const clues = syntheticClues(11);
const plan: FreeFormPlan = {
  mobility: "abs",
  observer: "camera",
  viewFrame: 2,
  objects: [{ object: "0" }, { object: "1" }],
  start: 1,
  end: 5,
};
const boxOf = (index: number): string => wordBox(clues.objects[index]?.sightings[1]?.box ?? [0, 0, 0, 0], "paper");
const cow = `cow with initial bounding box coordinates ${boxOf(0)}`;
const question = `Does the ${cow} come closer than the dog with initial bounding box coordinates ${boxOf(1)}?`;
const reply = [question, "A. Yes, it does", "B. No, it does not", "C. Both do", "D. Neither does", "B"];

test("the prompt names the observer, the objects by their boxes, times and five places each", () => {
  const prompt = freeFormPrompt(clues, plan, "paper") ?? "";
  expect(prompt).toMatch(/^From the perspective of camera at 2\.0s in a video, \{'cow with initial/);
  expect(prompt).toContain("between 1.0s and 5.0s");
  expect(prompt).toContain("collected at [1.0s, 2.0s, 3.0s, 4.0s, 5.0s]");
  const [, places = ""] = /'cow[^']*': \[(\[.*?\])\], /.exec(prompt) ?? [];
  expect(places.match(/\[[^\]]+\]/g)).toHaveLength(5);
  expect(prompt).toMatch(/only output the symbol of the correct answer in a new line\.$/);
});

test("a good reply becomes an item with perspective and interval before the question", () => {
  const parsed = parseReply(`\n${reply.join("\n\n")}\n`);
  if ("fault" in parsed) throw new Error(parsed.fault);
  expect(replyFault(parsed, clues, plan)).toBeUndefined();
  const item = freeFormItem(parsed, clues, { ...plan, dialect: "paper" });
  expect(item.question).toMatch(/^From the perspective of camera at 2\.0s, between 1\.0s and 5\.0s, does the cow/);
  expect(item).toMatchObject({
    type: "non_temp",
    correct: "B",
    options: ["Yes, it does", "No, it does not", "Both do", "Neither does"],
  });
});

test.each([
  ["too few lines", reply.slice(1), "expected 6 lines, found 5"],
  ["no letter", [...reply.slice(0, 5), "the second"], "expected a letter A to D, found 'the second'"],
  ["the letter in a sentence", [...reply.slice(0, 5), "The correct answer is: (B)."], undefined],
  ["equal answers", [question, "yes", "no", "Yes", "maybe", "A"], "expected four different"],
  ["answers that name each other", [question, "yes", "no", "both A and B", "maybe", "A"], "name each other by letter"],
  ["a perspective", [`From the perspective of the ${cow}, is it near?`, ...reply.slice(1)], "no perspective"],
  [
    "a stranger",
    [`Is the cow with initial bounding box coordinates [9, 9, 9, 9] near?`, ...reply.slice(1)],
    "boxes of the prompt, found [9, 9, 9, 9]",
  ],
  ["no objects", ["Which of them moves farther away?", ...reply.slice(1)], "expected objects by their boxes"],
  ["coordinates", [`Is the ${cow} at 1.234 metres?`, ...reply.slice(1)], "expected no coordinates"],
])("a reply with %s", (_, lines, fault) => {
  const parsed = parseReply(lines.join("\n"));
  const found = "fault" in parsed ? parsed.fault : replyFault(parsed, clues, plan);
  if (fault === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(fault);
});
