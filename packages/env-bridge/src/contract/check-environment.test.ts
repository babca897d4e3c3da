import { expect, test } from "vitest";
import { checkEnvironment, fingerprintOf } from "./check-environment.js";
import type { Environment, StepResult } from "./environment.js";
import { InputError, unknownNameError } from "./errors.js";
import { float32, ndarray } from "./ndarray.js";
import { createRandom } from "./random.js";
import { box, contains, dict, discrete } from "./spaces.js";

/** A conforming environment whose parts a test can replace by faulty ones. */
function environmentWith(fault: Partial<Environment> & { readonly result?: Partial<StepResult> } = {}): Environment {
  let random = createRandom("none");
  const observation = () => ({ position: float32([random.float()]) });
  return {
    spec: {
      id: "test",
      observationSpace: dict({ position: box("float32", [1], 0, 1) }),
      actionSpace: discrete(3),
      tasks: [{ id: "stay", prompt: "stay" }],
      tickRate: 20,
      autoreset: "disabled",
      metadata: {},
    },
    reset({ seed = 0, task = "stay" } = {}) {
      if (task !== "stay") throw unknownNameError("task", task, ["stay"], "unknown-task");
      random = createRandom(seed);
      return { observation: observation(), info: { success: false } };
    },
    step(action) {
      if (!contains(discrete(3), action)) throw new InputError("action", { code: "invalid-action" });
      const result = { reward: 0, terminated: false, truncated: false, info: { success: false } };
      return { observation: observation(), ...result, ...fault.result };
    },
    close() {},
    ...fault,
  };
}

test("a conforming environment has no problems", async () => {
  expect(await checkEnvironment(environmentWith())).toEqual([]);
});

const rulesOf = async (environment: Environment): Promise<string[]> =>
  (await checkEnvironment(environment, { steps: 3 })).map((problem) => problem.rule);

test("each broken rule is named", async () => {
  expect(await rulesOf(environmentWith({ result: { reward: Number.NaN } }))).toEqual(["reward"]);
  expect(await rulesOf(environmentWith({ result: { terminated: 1 as never } }))).toEqual(["terminated"]);
  expect(await rulesOf(environmentWith({ result: { info: {} } }))).toContain("info");
  expect(await rulesOf(environmentWith({ result: { observation: { position: float32([3]) } } }))).toEqual([
    "observation-space",
  ]);
  expect(
    await rulesOf(environmentWith({ result: { observation: { position: ndarray("uint8", [1], new Uint8Array(1)) } } })),
  ).toEqual(["observation-space"]);
});

test("an environment that accepts anything, crashes or is not reproducible is reported", async () => {
  const base = environmentWith();
  expect(await rulesOf({ ...base, step: () => Promise.reject(new Error("boom")) })).toContain("exception");
  expect(await rulesOf({ ...base, reset: (options) => base.reset({ ...options, task: "stay" }) })).toContain(
    "unknown-task",
  );
  let calls = 0;
  const drifting = { ...base, reset: () => base.reset({ seed: String(calls++) }) };
  expect(await rulesOf(drifting)).toContain("determinism");
  expect(await rulesOf({ ...base, spec: { ...base.spec, tickRate: 0 } })).toEqual(["spec"]);
});

test("fingerprints tell key, dtype, shape and bytes apart", () => {
  const values = [
    { a: float32([1]) },
    { b: float32([1]) },
    { a: float32([1], [1, 1]) },
    { a: float32([1.0000001]) },
    { a: 1 },
    { a: "1" },
    { a: [1] },
  ];
  expect(new Set(values.map((value) => fingerprintOf(value))).size).toBe(values.length);
  expect(fingerprintOf({ a: 1, b: 2 })).toBe(fingerprintOf({ b: 2, a: 1 }));
});
