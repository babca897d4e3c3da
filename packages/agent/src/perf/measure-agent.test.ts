import { type Environment, dict, minedojoActionSpace, ndarray, rgbSpace } from "@dsr/env-bridge/contract";
import type { Actor } from "@dsr/dsr-core/perception";
import { expect, test } from "vitest";
import { measureAgent } from "./measure-agent.js";

const actions = {
  chunk: 2,
  components: [{ name: "movement", size: 3 }],
  window: { frames: 2, stride: 1, height: 4, width: 4 },
};

test("plays as many steps as asked, alone and side by side, and closes what it opened", async () => {
  const counts = { steps: 0, opened: 0, closed: 0 };
  const openEnvironment = (): Environment => {
    counts.opened += 1;
    let step = 0;
    const observation = { rgb: ndarray("uint8", [4, 4, 3], new Uint8Array(48)) };
    return {
      spec: {
        ...{ id: "Short-v0", tickRate: 20, autoreset: "disabled", metadata: {} },
        observationSpace: dict({ rgb: rgbSpace([4, 4]) }),
        actionSpace: minedojoActionSpace(),
        tasks: [{ id: "go", prompt: "go" }],
      },
      reset: () => {
        step = 0;
        return { observation, info: {} };
      },
      step: () => {
        counts.steps += 1;
        return { observation, reward: 0, terminated: ++step === 7, truncated: false, info: {} };
      },
      close: () => void (counts.closed += 1),
    };
  };
  const actor: Actor = {
    description: "still",
    actions,
    decide: async () => new Map([["movement", new Float32Array(6)]]),
    close: async () => {},
  };
  const speed = await measureAgent({ actor, openEnvironment, steps: 20, parallel: 3 });
  expect(counts).toEqual({ steps: 40 + 20 + 60, opened: 5, closed: 5 });
  expect(speed).toMatchObject({ model: "still", chunk: 2, steps: 20, batched8: { environments: 3 } });
  expect(speed.batched8.stepsPerSecond).toBeGreaterThan(0);
  expect(speed.decision.p99Ms).toBeGreaterThanOrEqual(speed.decision.p50Ms);
});
