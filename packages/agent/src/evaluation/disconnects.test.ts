import { EnvServer } from "@dsr/env-bridge";
import { type EnvironmentFactory, createRandom } from "@dsr/env-bridge/contract";
import { ChaosProxy } from "@dsr/env-bridge/test";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CorridorEvaluations } from "./fixtures/corridor-evaluation.js";
import { corridorFactory } from "./fixtures/corridor.mjs";

let at: CorridorEvaluations;
beforeEach(async () => {
  at = await CorridorEvaluations.create();
});
afterEach(() => at.remove());

test("random disconnects: nothing is lost and the summary is the same as on a calm network", async () => {
  await at.run("calm");
  const factories = [corridorFactory() as EnvironmentFactory];
  const server = await EnvServer.listen({ factories, host: "127.0.0.1", port: 0 });
  const proxy = await ChaosProxy.start({
    target: server.url,
    meanBytesBetweenCuts: 40_000,
    random: createRandom("cutting-proxy"),
  });
  try {
    const result = await at.run("stormy", { environment: { url: proxy.url, name: "corridor" } });
    expect(result.lost).toBe(0);
    expect(proxy.cuts).toBeGreaterThan(4);
    expect((await at.resultOf("stormy")).tasks).toEqual((await at.resultOf("calm")).tasks);
  } finally {
    await proxy.close();
    await server.close();
  }
});
