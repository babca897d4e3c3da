// Free-form questions: what is asked, what is accepted, what is noted when replies make no sense.
import fc from "fast-check";
import { type Clues, parseClues, seenAt } from "@dsr/dsr-core/geometry";
import { createRandom } from "@dsr/env-bridge";
import { expect, test } from "vitest";
import { extractClues } from "../extract/extract-clues.js";
import { shapeFrames } from "../extract/fixtures/moving-shapes.js";
import { colourPerceivers } from "../fixtures/colour-perceivers.js";
import { freeFormReply } from "../fixtures/scripted-server.js";
import type { LanguageModel } from "../language/index.js";
import { defaultFreeFormOptions, drawFreeFormPlans, freeFormGenerator } from "./free-form-generator.js";

const clues: Clues = await extractClues(
  { id: "shapes", frames: shapeFrames(12), agents: ["robot"], objects: ["ball", "box"] },
  colourPerceivers(),
);
const options = { ...defaultFreeFormOptions, dialect: "paper" } as const;

function modelOf(reply: (prompt: string, call: number) => string) {
  const prompts: string[] = [];
  const usage = { requests: 0, retries: 0, failures: 0, inputTokens: 0, outputTokens: 0, cost: undefined };
  const model: LanguageModel = {
    description: "scripted",
    complete: async ({ text }) => reply(text, prompts.push(text) - 1),
    usage: () => usage,
  };
  return { model, prompts };
}

test("as many items as wanted, with perspective and interval before the model's words", async () => {
  const { model, prompts } = modelOf(freeFormReply);
  const generator = freeFormGenerator({ ...options, model, perClip: 3 });
  const { items, notes, candidates } = await generator.generate(clues, { random: createRandom(1) });
  expect([items.length, notes, candidates, prompts.length]).toEqual([3, [], [], 3]);
  for (const { type, question, options: answers } of items) {
    expect(type).toBe("non_temp");
    expect(question).toMatch(
      /^(?:From|Following) the perspective of .+, between \d+\.\ds and \d+\.\ds, how does .+ move relative/,
    );
    expect(answers).toHaveLength(4);
  }
  const planned = drawFreeFormPlans(clues, createRandom(1), { ...options, perClip: 3 });
  expect(planned.map(({ prompt }) => prompt)).toEqual(prompts);
});

test("nonsense is asked again, then noted; the next question is not held up", async () => {
  const { model, prompts } = modelOf((text, call) => (call < 3 ? "I would rather not.\nReally." : freeFormReply(text)));
  const generator = freeFormGenerator({ ...options, model, perClip: 2, attempts: 3 });
  const { items, notes } = await generator.generate(clues, { random: createRandom(2) });
  expect(items).toHaveLength(1);
  expect(notes).toEqual(["free-form: reply: expected 6 lines, found 2 (3 replies)"]);
  expect(prompts).toHaveLength(4);
});

test("objects that are not in the prompt are refused", async () => {
  const stranger =
    "Where does the cow with initial bounding box coordinates [1, 2, 3, 4] go?\nA. a\nB. b\nC. c\nD. d\nA";
  const generator = freeFormGenerator({ ...options, model: modelOf(() => stranger).model, perClip: 1, attempts: 1 });
  const { notes } = await generator.generate(clues, { random: createRandom(3) });
  expect(notes).toEqual(["free-form: question: expected boxes of the prompt, found [1, 2, 3, 4] (1 replies)"]);
});

test("plans keep to what is in sight, and away from the hidden frames", () => {
  const partly = parseClues(JSON.stringify(clues), "clues");
  const hidden = {
    ...partly,
    objects: partly.objects.map((object, i) => ({
      ...object,
      sightings: object.sightings.map((one, frame) => (i === 2 && frame > 6 ? null : one)),
    })),
  };
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      for (const { plan } of drawFreeFormPlans(hidden, createRandom(seed), { ...options, perClip: 4 })) {
        expect(plan.end - plan.start).toBeGreaterThanOrEqual(3);
        expect(plan.end).toBeLessThan(10);
        for (const target of plan.objects) {
          const object = hidden.objects.find(({ id }) => target !== "camera" && id === target.object);
          for (let frame = plan.start; frame <= plan.end; frame++)
            expect(object === undefined ? undefined : seenAt(object, frame)).toBeDefined();
        }
      }
    }),
    { numRuns: 30 },
  );
});
