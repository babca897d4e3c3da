// Connections that are cut, stall or never come back: nothing is executed twice, nothing is lost, and all ends are told.
import { firstValueFrom, filter, lastValueFrom, map, toArray } from "rxjs";
import { afterEach, expect, test } from "vitest";
import { createRandom } from "../contract/random.js";
import { EnvServer, type EnvServerOptions } from "../server/env-server.js";
import { ChaosProxy, type ChaosOptions, RawPeer, countingFactory, gridFactory } from "../test/index.js";
import { reconnectDelay } from "./backoff.js";
import { EnvClient, type EnvClientOptions } from "./env-client.js";

const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const quickly = { attempts: 100, initialDelayMs: 1, maxDelayMs: 20 };

async function listen(options: Partial<EnvServerOptions> = {}): Promise<EnvServer> {
  const server = await EnvServer.listen({ factories: [gridFactory], ...options });
  cleanups.push(() => server.close());
  return server;
}

async function startProxy(server: EnvServer, options: Partial<ChaosOptions> = {}): Promise<ChaosProxy> {
  const proxy = await ChaosProxy.start({ target: server.url, ...options });
  cleanups.push(() => proxy.close());
  return proxy;
}

async function connect(url: string, options: EnvClientOptions = {}): Promise<EnvClient> {
  const client = await EnvClient.connect(url, { reconnect: quickly, ...options });
  cleanups.push(() => client.close());
  return client;
}

test.each(["a", "b", "c"])("random cuts (seed %s): every step is executed once and answered once", async (seed) => {
  const factory = countingFactory(3000);
  const server = await listen({ factories: [factory] });
  const proxy = await startProxy(server, { random: createRandom(seed), meanBytesBetweenCuts: 30_000 });
  const steps = 150;
  const play = async (player: number): Promise<void> => {
    const client = await connect(proxy.url);
    const environment = await client.openSession();
    await environment.reset();
    let sum = 0;
    for (let step = 1; step <= steps; step++) {
      const action = (step * player) % 10;
      sum += action;
      const { observation, reward } = await environment.step(action);
      expect({ steps: observation.steps, sum: observation.sum, reward }).toEqual({ steps: step, sum, reward: action });
    }
    await environment.close();
  };
  await Promise.all([1, 2, 3].map(play));
  expect(factory.counts).toMatchObject({ reset: 3, stepped: 3 * steps });
  expect(proxy.cuts).toBeGreaterThan(20);
  expect(server.stats().requests).toBe(3 * (steps + 1));
});

test("sessions of all kinds survive a cut", async () => {
  const server = await listen();
  const proxy = await startProxy(server);
  const client = await connect(proxy.url);
  const lockstep = await client.openSession();
  const vector = await client.openVectorSession({ count: 2 });
  const live = await client.openRealtimeSession({ tickRate: 200 });
  await lockstep.reset({ task: "avoid" });
  await vector.reset({ task: "avoid" });
  await live.reset({ task: "avoid" });
  await firstValueFrom(live.frames$);
  const back = firstValueFrom(client.connection$.pipe(filter(({ status }) => status === "reconnecting")));
  proxy.cutAll();
  await back;
  expect((await lockstep.step(0)).info.steps).toBe(1);
  expect((await vector.step([0, 0])).map(({ info }) => info.steps)).toEqual([1, 1]);
  await firstValueFrom(live.frames$);
  expect(server.stats()).toMatchObject({ sessions: 3, detachedSessions: 0, connections: 1 });
});

test("a connection that goes silent is given up and made anew", async () => {
  const server = await listen();
  const proxy = await startProxy(server);
  const client = await connect(proxy.url, { heartbeatMs: 20, handshakeTimeoutMs: 100 });
  const environment = await client.openSession();
  await environment.reset({ task: "avoid" });
  const states = client.connection$.pipe(filter(({ status }) => status === "reconnecting"));
  const lost = firstValueFrom(states);
  proxy.setSilent(true);
  const step = environment.step(0);
  expect(await lost).toMatchObject({ error: { message: expect.stringContaining("silence") as string } });
  proxy.setSilent(false);
  expect((await step).info.steps).toBe(1);
});

test("the same request is answered from the cache, to whoever has the session now", async () => {
  const factory = countingFactory();
  const server = await listen({ factories: [factory] });
  const first = await RawPeer.connect(server.url);
  await first.next();
  const { session, resumeToken } = await first.ask({ type: "open", id: 1, mode: "lockstep", key: "k" });
  await first.ask({ type: "reset", id: 2, session });
  const reply = await first.ask({ type: "step", id: 3, session, action: 7 });
  const second = await RawPeer.connect(server.url);
  cleanups.push(() => second.terminate());
  await second.next();
  // The old connection is still open: a half-open one must not keep a session from its client.
  const resumed = await second.ask({ type: "resume", id: 4, session, resumeToken });
  expect(resumed).toMatchObject({ type: "resumed", session, lastRequestId: 3 });
  expect(await second.ask({ type: "step", id: 3, session, action: 7 })).toEqual(reply);
  expect(await second.ask({ type: "open", id: 5, mode: "lockstep", key: "k" })).toMatchObject({
    type: "opened",
    session,
  });
  expect(await first.ask({ type: "step", id: 6, session, action: 7 })).toMatchObject({ code: "session-not-found" });
  first.terminate();
  await first.closed;
  expect(await second.ask({ type: "step", id: 7, session, action: 1 })).toMatchObject({
    observation: { steps: 2, sum: 8 },
  });
  expect(factory.counts.stepped).toBe(2);
});

test("nobody comes back: the session is closed after its grace", async () => {
  const factory = countingFactory();
  const server = await listen({ factories: [factory], limits: { resumeGraceMs: 30 } });
  const gone = firstValueFrom(server.events$.pipe(filter((event) => event.type === "session-closed")));
  const client = await connect(server.url);
  await client.openSession();
  await client.close();
  expect(await gone).toMatchObject({ reason: "nobody came back" });
  expect(factory.counts.closed).toBe(factory.counts.created);
});

test("a session that is gone at the server is an infrastructure failure, and others go on", async () => {
  const server = await listen({ limits: { resumeGraceMs: 10 } });
  const proxy = await startProxy(server);
  const client = await connect(proxy.url, { reconnect: { attempts: 100, initialDelayMs: 5, maxDelayMs: 20 } });
  const environment = await client.openSession();
  await environment.reset();
  const closed = firstValueFrom(server.events$.pipe(filter((event) => event.type === "session-closed")));
  proxy.setSilent(true);
  proxy.cutAll();
  const step = environment.step(0);
  await closed;
  proxy.setSilent(false);
  await expect(step).rejects.toMatchObject({ name: "InfrastructureError", code: "disconnected" });
  await expect(environment.step(0)).rejects.toMatchObject({ code: "disconnected" });
  const again = await client.openSession();
  await again.reset();
});

test("a server that never comes back ends the client after its attempts", async () => {
  const server = await listen();
  const proxy = await startProxy(server);
  const client = await EnvClient.connect(proxy.url, { reconnect: { attempts: 3, initialDelayMs: 1, maxDelayMs: 5 } });
  const states = lastValueFrom(
    client.connection$.pipe(
      map(({ status }) => status),
      toArray(),
    ),
  );
  const environment = await client.openSession();
  const live = await client.openRealtimeSession();
  const failure = new Promise((resolve) => live.frames$.subscribe({ error: resolve }));
  await environment.reset();
  await proxy.close();
  await expect(environment.step(0)).rejects.toMatchObject({ code: "disconnected", retriable: true });
  expect(await failure).toMatchObject({ code: "disconnected" });
  expect(await states).toEqual(["connected", "reconnecting", "reconnecting", "reconnecting", "closed"]);
  await expect(client.openSession()).rejects.toMatchObject({ code: "disconnected" });
  await environment.close();
});

test("nobody there, a url that is none, and a request that takes too long", async () => {
  const server = await listen();
  await server.close();
  await expect(EnvClient.connect(server.url)).rejects.toMatchObject({
    name: "InfrastructureError",
    code: "disconnected",
  });
  await expect(EnvClient.connect("localhost:80")).rejects.toMatchObject({ name: "InputError" });
  const other = await listen();
  const proxy = await startProxy(other);
  const client = await connect(proxy.url, { requestTimeoutMs: 1000 });
  const environment = await client.openSession();
  proxy.setSilent(true);
  await expect(environment.reset()).rejects.toMatchObject({ code: "timeout" });
});

test("waits double up to the maximum, and half of each is chance", () => {
  const random = createRandom("delays");
  const options = { attempts: 9, initialDelayMs: 10, maxDelayMs: 100 };
  for (let attempt = 1; attempt <= 9; attempt++) {
    const whole = Math.min(100, 10 * 2 ** (attempt - 1));
    const delay = reconnectDelay(attempt, options, random);
    expect(delay).toBeGreaterThanOrEqual(whole / 2);
    expect(delay).toBeLessThanOrEqual(whole);
  }
});
