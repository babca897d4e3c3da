// Both ends together over a real socket: sessions of all modes, errors as they cross the wire, and many at once.
import { firstValueFrom, take, takeWhile, toArray } from "rxjs";
import { afterEach, expect, test } from "vitest";
import { checkEnvironment, fingerprintOf } from "../contract/check-environment.js";
import { ndarray } from "../contract/ndarray.js";
import { type EnvServerOptions, EnvServer } from "../server/env-server.js";
import { GridEnvironment, countingFactory, faultyFactory, gridFactory } from "../test/index.js";
import { EnvClient, type EnvClientOptions } from "./env-client.js";
import type { RealtimeFrame } from "./realtime-session.js";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function listen(options: Partial<EnvServerOptions> = {}): Promise<EnvServer> {
  const server = await EnvServer.listen({ factories: [gridFactory], ...options });
  cleanups.push(() => server.close());
  return server;
}

async function connect(server: EnvServer, options: EnvClientOptions = {}): Promise<EnvClient> {
  const client = await EnvClient.connect(server.url, options);
  cleanups.push(() => client.close());
  return client;
}

test("hello tells the environments with their specs, and the limits", async () => {
  const server = await listen({ factories: [gridFactory, countingFactory()], limits: { maxSessions: 7 } });
  const { hello } = await connect(server);
  expect(hello.protocol).toBe("dsr.env.v1");
  expect(hello.environments.map(({ name }) => name)).toEqual(["grid", "counting"]);
  expect(hello.environments[0]?.spec).toEqual(new GridEnvironment().spec);
  expect(hello.limits.maxSessions).toBe(7);
});

test("a remote environment conforms to the contract", async () => {
  const client = await connect(await listen());
  const environment = await client.openSession({ options: { imageSize: [40, 60] } });
  expect(environment.spec).toEqual(new GridEnvironment({ imageSize: [40, 60] }).spec);
  expect(await checkEnvironment(environment, { steps: 40 })).toEqual([]);
});

test("a remote environment gives the same bytes as one at hand", async () => {
  const client = await connect(await listen());
  const [remote, local] = [await client.openSession(), new GridEnvironment()];
  const seed = 2n ** 70n + 1n;
  const reset = await remote.reset({ seed, task: "avoid" });
  expect(fingerprintOf(reset.observation)).toBe(fingerprintOf(local.reset({ seed, task: "avoid" }).observation));
  for (const action of [1, 2, 3, 4, 4, 2]) {
    const [here, there] = [local.step(action), await remote.step(action)];
    expect(fingerprintOf(there.observation)).toBe(fingerprintOf(here.observation));
    expect({ ...there, observation: 0 }).toEqual({ ...here, observation: 0 });
  }
});

test("results stay valid although the environment reuses its buffers", async () => {
  const client = await connect(await listen());
  const environment = await client.openSession({ options: { imageSize: [160, 256] } });
  const first = await environment.reset({ seed: 1, task: "avoid" });
  const before = fingerprintOf(first.observation);
  for (const action of [1, 3, 2, 4]) await environment.step(action);
  expect(fingerprintOf(first.observation)).toBe(before);
});

test("timings come with every reply, and results on frames$", async () => {
  const client = await connect(await listen());
  const environment = await client.openSession();
  const results = firstValueFrom(environment.frames$.pipe(take(3), toArray()));
  await environment.reset({ task: "avoid" });
  await environment.step(0);
  await environment.step(1);
  expect((await results).map(({ type }) => type)).toEqual(["reset", "step", "step"]);
  for (const value of Object.values(environment.lastTimings ?? {})) expect(value).toBeGreaterThanOrEqual(0);
  expect(Object.keys(environment.lastTimings ?? {})).toEqual(["queueMs", "environmentMs", "encodeMs"]);
});

test("bad input is an InputError with the same code, and the session goes on", async () => {
  const client = await connect(await listen());
  const environment = await client.openSession();
  await expect(environment.step(0)).rejects.toMatchObject({ name: "InputError", code: "wrong-state" });
  await expect(environment.reset({ task: "raech" })).rejects.toMatchObject({
    code: "unknown-task",
    message: expect.stringContaining("did you mean 'reach'") as string,
  });
  await environment.reset();
  await expect(environment.step(5)).rejects.toMatchObject({ code: "invalid-action" });
  await expect(environment.step("left")).rejects.toMatchObject({ code: "invalid-action" });
  const array = ndarray("float32", [1], Float32Array.of(1));
  await expect(environment.step(array)).rejects.toMatchObject({ code: "invalid-action" });
  expect((await environment.step(0)).info.success).toBeTypeOf("boolean");
});

test("unknown environments and options name the closest match", async () => {
  const client = await connect(await listen());
  await expect(client.openSession({ environment: "girt" })).rejects.toMatchObject({
    code: "unknown-environment",
    message: expect.stringContaining("did you mean 'grid'") as string,
  });
  await expect(client.openSession({ options: { imagesize: 3 } })).rejects.toMatchObject({
    name: "InputError",
    message: expect.stringContaining("did you mean 'imageSize'") as string,
  });
});

test("two calls at once are refused", async () => {
  const client = await connect(await listen());
  const environment = await client.openSession();
  const first = environment.reset();
  await expect(environment.step(0)).rejects.toMatchObject({ code: "wrong-state" });
  await first;
});

test("several sessions share a connection; closing frees the environment", async () => {
  const factory = countingFactory();
  const server = await listen({ factories: [factory] });
  const client = await connect(server);
  const sessions = await Promise.all(Array.from({ length: 5 }, () => client.openSession()));
  await Promise.all(sessions.map((session) => session.reset()));
  await Promise.all(sessions.map((session) => session.step(1)));
  await Promise.all(sessions.map((session) => session.close()));
  expect(server.stats()).toMatchObject({ sessions: 0, requests: 10 });
  // One more was made for the handshake's spec.
  expect(factory.counts).toEqual({ created: 6, closed: 6, reset: 5, stepped: 5 });
  await expect(sessions[0]?.step(1)).rejects.toMatchObject({ code: "wrong-state" });
});

test("64 sessions on 64 connections at once", async () => {
  const server = await listen({ factories: [countingFactory(20_000)] });
  const clients = await Promise.all(Array.from({ length: 64 }, () => connect(server)));
  const sums = await Promise.all(
    clients.map(async (client, i) => {
      const environment = await client.openSession();
      await environment.reset();
      let last = 0;
      for (let step = 0; step < 20; step++) last = Number((await environment.step(i % 10)).observation.sum);
      return last;
    }),
  );
  expect(sums).toEqual(Array.from({ length: 64 }, (_, i) => 20 * (i % 10)));
  expect(server.stats()).toMatchObject({ sessions: 64, connections: 64, requests: 64 * 21 });
});

test("vector sessions expand seeds and answer in order", async () => {
  const client = await connect(await listen());
  const vector = await client.openVectorSession({ count: 3 });
  expect([vector.count, vector.autoreset]).toEqual([3, "next-step"]);
  const results = await vector.reset({ seed: 10, task: "avoid" });
  const expected = ["10", "11", "12"].map((seed) => new GridEnvironment().reset({ seed, task: "avoid" }).observation);
  expect(results.map((result) => fingerprintOf(result?.observation))).toEqual(expected.map(fingerprintOf));
  const masked = await vector.reset({ seeds: ["a", null, "c"], mask: [true, false, true] });
  expect(masked.map((result) => result === null)).toEqual([false, true, false]);
  await expect(vector.step([0, 0])).rejects.toMatchObject({ code: "invalid-action" });
  await expect(vector.step([0, 9, 0])).rejects.toMatchObject({
    code: "invalid-action",
    message: expect.stringContaining("actions[1]") as string,
  });
});

/** Plays past the end of three-step episodes and tells rewards, flags and steps as the environment counted them. */
async function playVector(autoreset: "next-step" | "same-step" | "disabled", steps: number): Promise<string[]> {
  const client = await connect(await listen());
  const options = { maxEpisodeSteps: 3 };
  const vector = await client.openVectorSession({ count: 1, autoreset, options });
  await vector.reset({ seed: "vector", task: "avoid" });
  const seen: string[] = [];
  for (let step = 0; step < steps; step++) {
    const [result] = await vector.step([0]);
    const final = result?.info.final_info as { readonly steps: number } | undefined;
    seen.push(`${result?.truncated ? "end" : "on"} ${String(result?.info.steps)} ${final?.steps ?? "-"}`);
  }
  return seen;
}

test("autoreset next-step: the step after the end is the reset", async () => {
  expect(await playVector("next-step", 5)).toEqual(["on 1 -", "on 2 -", "end 3 -", "on 0 -", "on 1 -"]);
});

test("autoreset same-step: the end carries the next episode's first observation and the final one in its info", async () => {
  expect(await playVector("same-step", 5)).toEqual(["on 1 -", "on 2 -", "end 0 3", "on 1 -", "on 2 -"]);
});

test("autoreset disabled: a step after the end is refused", async () => {
  await expect(playVector("disabled", 4)).rejects.toMatchObject({ code: "wrong-state" });
});

test("settings of another mode are refused", async () => {
  const client = await connect(await listen({ limits: { maxVectorCount: 4 } }));
  await expect(client.openVectorSession({ count: 5 })).rejects.toMatchObject({ code: "too-large" });
  await expect(client.openRealtimeSession({ idleAction: 77 })).rejects.toMatchObject({ code: "invalid-action" });
});

test("realtime: frames come by themselves, the newest action counts, and an ended episode stands still", async () => {
  const client = await connect(await listen());
  const live = await client.openRealtimeSession({ tickRate: 500, options: { maxEpisodeSteps: 12 } });
  const untilEnd = takeWhile(({ terminated, truncated }: RealtimeFrame) => !terminated && !truncated, true);
  const frames = firstValueFrom(live.frames$.pipe(untilEnd, toArray()));
  await live.reset({ seed: 1, task: "avoid" });
  live.act(4);
  const seen = await frames;
  const ticks = seen.reduce((sum, frame) => sum + 1 + frame.dropped, 0);
  expect(seen.at(-1)?.tick).toBe(ticks);
  expect(seen.at(-1)?.terminated || seen.at(-1)?.truncated).toBe(true);
  expect(() => live.act("up")).toThrow(/expected an integer/);
  // subscribed before the reset: a short episode may end before a busy machine comes back here
  const following = firstValueFrom(live.frames$);
  await live.reset({ seed: 2, task: "avoid" });
  const next = await following;
  expect(next.tick).toBeLessThanOrEqual(12);
  await live.close();
});

test("realtime: a consumer that does not keep up gets the newest frame, and is told what it missed", async () => {
  const server = await listen({ factories: [countingFactory(100_000)] });
  const client = await connect(server);
  const live = await client.openRealtimeSession({ tickRate: 1000, window: 1, idleAction: 1 });
  const blocker = new Int32Array(new SharedArrayBuffer(4));
  const lost: number[] = [];
  let reward = 0;
  const done = new Promise<void>((resolve) => {
    live.frames$.subscribe((frame) => {
      reward += frame.reward;
      lost.push(frame.dropped);
      // Server and client share this thread: let ticks pass without acknowledging any frame.
      if (reward >= 60) resolve();
      else if (lost.length % 5 === 0) Atomics.wait(blocker, 0, 0, 5);
    });
  });
  await live.reset();
  await done;
  const dropped = lost.reduce((sum, each) => sum + each, 0);
  // Every tick is worth 1, and nothing of it is lost with a dropped frame.
  expect(reward).toBe(lost.length + dropped);
  expect(server.stats().framesDropped).toBeGreaterThanOrEqual(dropped);
});

test("errors of an environment are typed, end the session, and tell no stack", async () => {
  const server = await listen({ factories: [faultyFactory, gridFactory] });
  const client = await connect(server);
  const faulty = await client.openSession({ environment: "faulty", options: { fault: "throw", afterSteps: 1 } });
  await faulty.reset();
  await faulty.step(0);
  const failure = faulty.step(0);
  await expect(failure).rejects.toMatchObject({
    name: "InfrastructureError",
    code: "environment-crashed",
    retriable: true,
    message: expect.stringContaining("the simulator lost its socket") as string,
  });
  await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining("secret") as string });
  await expect(faulty.step(0)).rejects.toMatchObject({ code: "environment-crashed" });
  const other = await client.openSession({ environment: "grid" });
  await other.reset();
  expect(server.stats()).toMatchObject({ sessions: 1, environmentFailures: 1 });
});

test.each(["garbage", "unencodable"])("an environment that returns %s has crashed", async (fault) => {
  const client = await connect(await listen({ factories: [faultyFactory] }));
  const faulty = await client.openSession({ options: { fault } });
  await faulty.reset();
  await expect(faulty.step(0)).rejects.toMatchObject({ code: "environment-crashed" });
});

test.each(["create", "reset", "step"])("an environment that hangs at %s is given up", async (method) => {
  const limits = { createTimeoutMs: 300, resetTimeoutMs: 300, stepTimeoutMs: 300 };
  const client = await connect(await listen({ factories: [faultyFactory], limits }));
  const play = async (): Promise<unknown> => {
    const environment = await client.openSession({ options: { fault: "hang", method } });
    await environment.reset();
    return environment.step(0);
  };
  await expect(play()).rejects.toMatchObject({ name: "InfrastructureError", code: "timeout", retriable: true });
});

test("a realtime environment that fails ends its frames with the error", async () => {
  const client = await connect(await listen({ factories: [faultyFactory] }));
  const live = await client.openRealtimeSession({ tickRate: 500, options: { fault: "throw", afterSteps: 3 } });
  const failure = new Promise((resolve) => live.frames$.subscribe({ error: resolve }));
  await live.reset({ task: "avoid" });
  expect(await failure).toMatchObject({ code: "environment-crashed" });
});
