import { EnvClient, EnvServer } from "@dsr/env-bridge";
import type { Environment, EnvironmentFactory } from "@dsr/env-bridge/contract";
import { expect, test } from "vitest";
import { corridorFactory } from "../evaluation/fixtures/corridor.mjs";
import { LoopMetrics } from "../metrics/loop-metrics.js";
import type { Policy } from "../policy/policy.js";
import type { LoopEvent } from "./events.js";
import { outcomeOf, runEpisode, runRealtime } from "./run-episode.js";

async function withServer(work: (client: EnvClient) => Promise<void>): Promise<void> {
  const factories = [corridorFactory() as EnvironmentFactory];
  const server = await EnvServer.listen({ factories, host: "127.0.0.1", port: 0 });
  const client = await EnvClient.connect(server.url);
  try {
    await work(client);
  } finally {
    await client.close();
    await server.close();
  }
}

const walkRight: Policy = { name: "right", reset: () => {}, act: () => [2] };

test("realtime over a WebSocket: two episodes one after the other reach their end at the server's pace", async () => {
  await withServer(async (client) => {
    const session = await client.openRealtimeSession({ environment: "corridor", tickRate: 200 });
    const metrics = new LoopMetrics();
    for (const seed of ["a", "b"]) {
      const outcome = await outcomeOf(runRealtime(session, walkRight, { seed, maxSteps: 2000 }), metrics);
      expect(outcome).toMatchObject({ success: true, end: "terminated", return: 1 });
    }
    const { episodes, frameToAction } = metrics.snapshot();
    expect(episodes).toBe(2);
    expect(frameToAction.p50Ms).not.toBeNull();
    await session.close();
  });
});

test("realtime: a policy slower than the ticks sees the newest frame and skips the rest", async () => {
  await withServer(async (client) => {
    const session = await client.openRealtimeSession({ environment: "corridor", tickRate: 500 });
    let frames = 0;
    let waiting: { readonly until: number; readonly go: () => void } | undefined;
    // each decision takes as long as eight frames take to come, whatever the machine's speed
    const slow: Policy = {
      name: "slow",
      reset: () => {},
      act: () => new Promise((resolve) => (waiting = { until: frames + 8, go: () => resolve([1]) })),
    };
    const count = (event: LoopEvent): void => {
      if (event.type !== "frame-received") return;
      frames += 1;
      if (waiting !== undefined && frames >= waiting.until) waiting.go();
    };
    const outcome = await outcomeOf(runRealtime(session, slow, { task: "never", maxSteps: 100 }), { next: count });
    expect(outcome.steps).toBe(100);
    expect(outcome.decisions).toBeLessThan(16);
    expect(outcome.skipped).toBeGreaterThan(60);
  });
});

test("lockstep over a WebSocket plays the same episode as in the same process", async () => {
  await withServer(async (client) => {
    const remote = await client.openSession({ environment: "corridor" });
    const local = await corridorFactory().create({});
    const play = async (environment: Environment): Promise<unknown[]> => {
      const rewards: unknown[] = [];
      const log = { next: (event: LoopEvent) => event.type === "step-finished" && rewards.push(event.result.reward) };
      await outcomeOf(runEpisode(environment, walkRight, { seed: "same" }), log);
      return rewards;
    };
    expect(await play(remote)).toEqual(await play(local));
  });
});
