// Environments in processes of their own: whatever they do to themselves, the server goes on and nothing is left behind.
import { afterEach, expect, test } from "vitest";
import { EnvClient } from "../client/env-client.js";
import { checkEnvironment } from "../contract/check-environment.js";
import { builtModule } from "../protocol/built-module.js";
import { EnvServer } from "./env-server.js";
import type { IsolatedFactory } from "./isolated-factory.js";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const module = builtModule("test/index.js");
const grid: IsolatedFactory = {
  isolation: "process",
  name: "grid",
  description: "",
  module,
  exportName: "gridFactory",
};
const faulty: IsolatedFactory = { ...grid, name: "faulty", exportName: "faultyFactory" };

async function start(factories: readonly IsolatedFactory[], limits = {}): Promise<EnvClient> {
  const server = await EnvServer.listen({ factories, limits });
  const client = await EnvClient.connect(server.url);
  cleanups.push(
    () => server.close(),
    () => client.close(),
  );
  return client;
}

test("an environment in a process of its own conforms to the contract", async () => {
  const client = await start([grid]);
  const environment = await client.openSession();
  expect(await checkEnvironment(environment, { steps: 10 })).toEqual([]);
  await environment.close();
});

test.each(["throw", "exit", "kill"])("one that fails by %s takes nobody with it", async (fault) => {
  const client = await start([faulty]);
  const bystander = await client.openSession();
  await bystander.reset({ task: "avoid" });
  const environment = await client.openSession({ options: { fault, afterSteps: 2 } });
  await environment.reset({ task: "avoid" });
  await environment.step(0);
  await environment.step(0);
  await expect(environment.step(0)).rejects.toMatchObject({ code: "environment-crashed", retriable: true });
  await bystander.step(0);
});

test("one that blocks its thread is killed when its time is over", async () => {
  const client = await start([faulty], { stepTimeoutMs: 100 });
  const environment = await client.openSession({ options: { fault: "block" } });
  await environment.reset();
  await expect(environment.step(0)).rejects.toMatchObject({ code: "timeout" });
  const again = await client.openSession();
  await again.reset();
});

test("one that blocks while it closes is killed", async () => {
  const client = await start([faulty], { closeTimeoutMs: 100 });
  const environment = await client.openSession({ options: { fault: "block", method: "close" } });
  await environment.reset();
  await environment.close();
});

test.each([
  [{ ...grid, exportName: "noSuchFactory" }, "invalid-argument"],
  [{ ...grid, module: new URL("no-such-module.js", module) }, "environment-crashed"],
] as const)("a factory that cannot be found is said so", async (factory, code) => {
  await expect(EnvServer.listen({ factories: [factory] })).rejects.toMatchObject({ code });
});
