import { type EnvironmentSpec, InputError, contains, dict, discrete, multiDiscrete } from "@dsr/env-bridge/contract";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameRing } from "../loop/frame-window.js";
import { randomPolicy } from "./random-policy.js";
import { createPolicy, findPolicy } from "./registry.js";

const spec: EnvironmentSpec = {
  id: "Spec-v0",
  observationSpace: dict({ life: discrete(3) }),
  actionSpace: multiDiscrete([3, 3, 4, 25, 25, 8, 244, 36]),
  tasks: [{ id: "hunt", prompt: "hunt" }],
  tickRate: 20,
  autoreset: "disabled",
  metadata: {},
};
const task = { id: "hunt", prompt: "hunt" };
const window = new FrameRing(1).push({ step: 0, time: 0, observation: { life: 1 }, info: {} });

test("an unknown policy is an error with the closest match", () => {
  expect(findPolicy([randomPolicy], "random")).toBe(randomPolicy);
  expect(() => findPolicy([randomPolicy], "randon")).toThrow(/unknown policy 'randon': did you mean 'random'/u);
  expect(() => findPolicy([randomPolicy], "randon")).toThrow(expect.objectContaining({ code: "unknown-policy" }));
});

test("a policy whose observations the environment lacks is refused", async () => {
  const blind = { ...randomPolicy, observes: ["life", "entities"] };
  const creation = createPolicy(blind, { seed: 1, spec });
  await expect(creation).rejects.toThrow(InputError);
  await expect(creation).rejects.toThrow(/expected observation 'entities', found life in environment 'Spec-v0'/u);
});

test("random actions lie in the space and depend on the seeds alone, not on earlier episodes", async () => {
  const draw = async (seed: string, warmUp: number): Promise<unknown[]> => {
    const policy = await createPolicy(randomPolicy, { seed: "p", spec });
    await policy.reset({ task, seed: "before", spec });
    for (let i = 0; i < warmUp; i++) await policy.act(window, task);
    await policy.reset({ task, seed, spec });
    return Promise.all(Array.from({ length: 5 }, () => policy.act(window, task)));
  };
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.nat(5), async (seed, warmUp) => {
      const actions = await draw(seed, warmUp);
      expect(actions).toEqual(await draw(seed, 0));
      expect(actions.flat().every((action) => contains(spec.actionSpace, action))).toBe(true);
    }),
  );
});
