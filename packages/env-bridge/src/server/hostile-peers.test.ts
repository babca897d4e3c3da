// Peers that are broken or mean harm: every error is typed, memory stays bounded and the server goes on serving.
import { connect as connectTcp } from "node:net";
import { filter, firstValueFrom } from "rxjs";
import { afterEach, expect, test } from "vitest";
import { EnvClient } from "../client/env-client.js";
import { createRandom } from "../contract/random.js";
import { MessageReader } from "../protocol/reader.js";
import { encodeToBuffer } from "../protocol/writer.js";
import { RawPeer, type RawPeerOptions, countingFactory, gridFactory } from "../test/index.js";
import { type EnvServerOptions, EnvServer } from "./env-server.js";

const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function listen(options: Partial<EnvServerOptions> = {}): Promise<EnvServer> {
  const server = await EnvServer.listen({ factories: [gridFactory], ...options });
  cleanups.push(() => server.close());
  return server;
}

async function rawPeer(server: EnvServer, options: RawPeerOptions = {}): Promise<RawPeer> {
  const peer = await RawPeer.connect(server.url, options);
  cleanups.push(() => peer.terminate());
  return peer;
}

/** The server serves if somebody else can play a step. */
async function expectServing(server: EnvServer): Promise<void> {
  const client = await EnvClient.connect(server.url);
  const environment = await client.openSession();
  await environment.reset();
  await environment.step(0);
  await environment.close();
  await client.close();
}

test.each([[["dsr.env.v2"]], [["dsr.env.v0", "chat"]], [[]]])(
  "subprotocols %j are told which one is right",
  async (offered) => {
    const server = await listen();
    const peer = await rawPeer(server, { subprotocols: offered });
    expect(await peer.next()).toMatchObject({ type: "error", code: "protocol-version", retriable: false });
    expect(await peer.closed).toBe(4400);
    await expectServing(server);
  },
);

test("a wrong token is told so, and nothing about environments", async () => {
  const server = await listen({ token: "right" });
  const peer = await rawPeer(server, { headers: { Authorization: "Bearer wrong" } });
  expect(await peer.next()).toMatchObject({ type: "hello", authorized: false, environments: [] });
  expect(await peer.next()).toMatchObject({ type: "error", code: "unauthorized" });
  expect(await peer.closed).toBe(4401);
  for (const token of [undefined, "wrong", "righ", "rightt"]) {
    await expect(EnvClient.connect(server.url, { token })).rejects.toMatchObject({
      name: "InputError",
      code: "unauthorized",
    });
  }
  expect((await EnvClient.connect(server.url, { token: "right" })).hello.environments).toHaveLength(1);
});

test("a token in the open message serves those who cannot set headers", async () => {
  const server = await listen({ token: "right" });
  const peer = await rawPeer(server);
  expect(await peer.next()).toMatchObject({ authorized: false, environments: [] });
  expect(await peer.ask({ type: "open", id: 1, mode: "lockstep", token: "right" })).toMatchObject({
    type: "opened",
    id: 1,
  });
  const other = await rawPeer(server);
  await other.next();
  expect(await other.ask({ type: "open", id: 1, mode: "lockstep" })).toMatchObject({ id: 1, code: "unauthorized" });
  expect(await other.closed).toBe(4401);
});

test("a peer that never says its token is closed in time", async () => {
  const server = await listen({ token: "right", limits: { handshakeTimeoutMs: 50 } });
  const peer = await rawPeer(server);
  expect(await peer.closed).toBe(4408);
});

test("pages of other web sites are refused, local ones are not", async () => {
  const server = await listen();
  await expect(rawPeer(server, { headers: { Origin: "https://example.org" } })).rejects.toThrow(/403/);
  const peer = await rawPeer(server, { headers: { Origin: "http://localhost:3000" } });
  expect(await peer.next()).toMatchObject({ type: "hello" });
});

test.each([
  ["no map", 7, null],
  ["no type", { id: 3 }, 3],
  ["an unknown type", { type: "shutdown", id: 3 }, 3],
  ["no session", { type: "step", id: 3, action: 0 }, 3],
  ["an id of zero", { type: "reset", id: 0, session: "s" }, null],
  ["a fractional id", { type: "reset", id: 1.5, session: "s" }, null],
  ["a wrong mode", { type: "open", id: 3, mode: "turbo" }, 3],
  ["options that are a list", { type: "open", id: 3, mode: "lockstep", options: [] }, 3],
  ["no action", { type: "step", id: 3, session: "s" }, 3],
])("a message with %s is answered with a typed error", async (_, message, id) => {
  const peer = await rawPeer(await listen());
  await peer.next();
  expect(await peer.ask(message as object)).toMatchObject({ type: "error", id, code: "invalid-message" });
  expect(await peer.ask({ type: "open", id: 9, mode: "lockstep" })).toMatchObject({ type: "opened", id: 9 });
});

test("sessions of other connections cannot be touched", async () => {
  const server = await listen();
  const [owner, thief] = [await rawPeer(server), await rawPeer(server)];
  await Promise.all([owner.next(), thief.next()]);
  const { session } = await owner.ask({ type: "open", id: 1, mode: "lockstep" });
  for (const message of [
    { type: "reset", id: 2, session },
    { type: "close", id: 3, session },
    { type: "act", session, action: 0 },
    { type: "resume", id: 4, session, resumeToken: "guess" },
  ]) {
    expect(await thief.ask(message)).toMatchObject({ type: "error", code: "session-not-found" });
  }
  expect(await owner.ask({ type: "reset", id: 2, session })).toMatchObject({ type: "reset-result" });
});

test("one request at a time, ids only grow, and each kind of session has its own requests", async () => {
  let release: () => void = () => undefined;
  const slow = { ...countingFactory(), name: "slow" };
  const create = slow.create;
  const factory = {
    ...slow,
    create: async () => {
      const environment = await create({});
      const step = async (action: number): Promise<unknown> => {
        await new Promise<void>((resolve) => (release = resolve));
        return environment.step(action);
      };
      return {
        spec: environment.spec,
        reset: () => environment.reset(),
        step,
        close: () => undefined,
      } as typeof environment;
    },
  };
  const peer = await rawPeer(await listen({ factories: [factory] }));
  await peer.next();
  const { session } = await peer.ask({ type: "open", id: 1, mode: "lockstep" });
  await peer.ask({ type: "reset", id: 2, session });
  peer.send({ type: "step", id: 3, session, action: 1 });
  expect(await peer.ask({ type: "step", id: 4, session, action: 1 })).toMatchObject({ id: 4, code: "wrong-state" });
  release();
  expect(await peer.next()).toMatchObject({ id: 3, reward: 1 });
  expect(await peer.ask({ type: "reset", id: 1, session })).toMatchObject({ id: 1, code: "wrong-state" });
  expect(await peer.ask({ type: "vector-step", id: 5, session, actions: [] })).toMatchObject({
    id: 5,
    code: "wrong-state",
  });
  expect(await peer.ask({ type: "act", session, action: 1 })).toMatchObject({ id: null, code: "wrong-state" });
});

test("the budget of malformed messages closes the connection", async () => {
  const peer = await rawPeer(await listen({ limits: { maxBadMessages: 3 } }));
  await peer.next();
  for (let i = 0; i < 3; i++) peer.webSocket.send("text is not the protocol");
  for (let i = 0; i < 3; i++) expect(await peer.next()).toMatchObject({ code: "invalid-message" });
  expect(await peer.closed).toBe(1008);
});

test("oversize messages: typed while they can be read, closed with 1009 when they are absurd", async () => {
  const server = await listen({ limits: { maxMessageBytes: 10_000 } });
  const peer = await rawPeer(server);
  await peer.next();
  peer.webSocket.send(Buffer.alloc(10_001));
  expect(await peer.next()).toMatchObject({ type: "error", code: "too-large" });
  peer.webSocket.send(Buffer.alloc(1_000_000));
  expect(await peer.closed).toBe(1009);
  const client = await EnvClient.connect(server.url);
  await expect(client.openSession({ options: { padding: "x".repeat(20_000) } })).rejects.toMatchObject({
    code: "too-large",
  });
  await client.close();
  await expectServing(server);
});

test("too many sessions and connections are told so", async () => {
  const server = await listen({ limits: { maxSessions: 2, maxConnections: 2 } });
  const client = await EnvClient.connect(server.url);
  const first = await client.openSession();
  await client.openSession();
  await expect(client.openSession()).rejects.toMatchObject({ code: "too-many-sessions", retriable: true });
  await first.close();
  await client.openSession();
  await rawPeer(server);
  const crowd = await rawPeer(server);
  expect(await crowd.next()).toMatchObject({ type: "error", code: "too-many-sessions", retriable: true });
  expect(await crowd.closed).toBe(4429);
  await client.close();
});

test("a half-open peer is found out by its silence", async () => {
  const server = await listen({ limits: { heartbeatMs: 20 } });
  const gone = firstValueFrom(server.events$.pipe(filter((event) => event.type === "connection-closed")));
  const peer = await rawPeer(server);
  // The socket stays open but is never read again, so that pings are never answered.
  peer.webSocket.pause();
  expect(await gone).toMatchObject({ reason: "no heartbeat" });
  expect(server.stats().connections).toBe(0);
});

test("a peer that asks and never reads costs one reply, and does not disturb others", async () => {
  const factory = countingFactory(4_000_000);
  const server = await listen({ factories: [factory] });
  const peer = await rawPeer(server);
  await peer.next();
  const { session } = await peer.ask({ type: "open", id: 1, mode: "lockstep" });
  await peer.ask({ type: "reset", id: 2, session });
  peer.webSocket.pause();
  const before = process.memoryUsage().rss;
  for (let id = 3; id < 3003; id++) peer.send({ type: "step", id, session, action: 0 });
  await expectServing(server);
  // Kernel buffers take a reply or two; the next step waits until the last reply has left.
  expect(factory.counts.stepped).toBeLessThan(20);
  expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
});

test("a peer that provokes errors and never reads is cut off at the high-water mark", async () => {
  const server = await listen({ limits: { maxBufferedBytes: 100_000, maxBadMessages: 1e9 } });
  const gone = firstValueFrom(server.events$.pipe(filter((event) => event.type === "connection-closed")));
  const peer = await rawPeer(server);
  await peer.next();
  peer.webSocket.pause();
  const nonsense = encodeToBuffer({ type: "nonsense", id: 1 });
  while (server.stats().connections > 0) {
    for (let i = 0; i < 500; i++) peer.webSocket.send(nonsense);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await gone).toMatchObject({ reason: expect.stringContaining("unread bytes") as string });
  await expectServing(server);
});

test("a frame that is not acknowledged holds newer ones back, and only the newest is kept", async () => {
  const server = await listen({ factories: [countingFactory()] });
  const peer = await rawPeer(server);
  await peer.next();
  const open = { type: "open", id: 1, mode: "realtime", tickRate: 1000, window: 1, idleAction: 1 };
  const { session } = await peer.ask(open);
  peer.send({ type: "reset", id: 2, session });
  const first = await peer.nextOf("frame");
  expect(first).toMatchObject({ frame: 1, dropped: 0, reward: 1 });
  while (server.stats().framesDropped < 5) await new Promise((resolve) => setImmediate(resolve));
  peer.send({ type: "acknowledge", session, frame: 1 });
  const second = await peer.nextOf("frame");
  const dropped = Number(second.dropped);
  expect(dropped).toBeGreaterThanOrEqual(5);
  expect(second).toMatchObject({ frame: 2, tick: Number(first.tick) + 1 + dropped, reward: 1 + dropped });
  expect((second.observation as { steps: number }).steps).toBe(second.tick);
});

test("connections that never finish their handshake are closed", async () => {
  const server = await listen({ limits: { handshakeTimeoutMs: 200 } });
  const socket = connectTcp(server.port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n");
  await new Promise((resolve) => socket.once("close", resolve).resume());
  await expectServing(server);
});

test("plain HTTP is answered", async () => {
  const server = await listen();
  const http = server.url.replace("ws:", "http:");
  expect((await fetch(`${http}/healthz`)).status).toBe(200);
  expect((await fetch(http)).status).toBe(426);
});

/** Valid conversations, of which pieces are flipped, cut, doubled, spliced or replaced by noise. */
function mutated(corpus: readonly Buffer[], random: ReturnType<typeof createRandom>): Buffer {
  const pick = (): Buffer => corpus[random.integer(corpus.length)] ?? Buffer.alloc(0);
  const bytes = Buffer.from(pick());
  const at = random.integer(bytes.length);
  switch (random.integer(5)) {
    case 0:
      for (let i = random.integer(4); i >= 0; i--) bytes[random.integer(bytes.length)] = random.integer(256);
      return bytes;
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), pick().subarray(random.integer(20))]);
    case 3:
      return Buffer.concat([bytes, bytes.subarray(at)]);
    default:
      return Buffer.from(Array.from({ length: random.integer(64) }, () => random.integer(256)));
  }
}

test("10,000 mutated messages: all errors typed, memory bounded, sessions unharmed", { timeout: 120_000 }, async () => {
  const server = await listen({
    limits: { maxBadMessages: 1e9, maxSessions: 32, maxVectorCount: 4, resumeGraceMs: 100 },
  });
  const random = createRandom("mutations");
  const session = "session-1";
  const array = { dtype: "int32", shape: [2], data: Int32Array.of(1, 2) };
  const corpus = [
    { type: "open", id: 5, mode: "lockstep", environment: "grid", options: { imageSize: [8, 8] }, key: "k" },
    { type: "open", id: 6, mode: "vector", count: 2, autoreset: "same-step" },
    { type: "open", id: 7, mode: "realtime", tickRate: 5, idleAction: 0, window: 2 },
    { type: "resume", id: 8, session, resumeToken: "guess" },
    { type: "reset", id: 9, session, seed: "1", task: "reach" },
    { type: "step", id: 10, session, action: array },
    { type: "vector-step", id: 11, session, actions: [1, 2] },
    { type: "act", session, action: 1 },
    { type: "acknowledge", session, frame: 3 },
    { type: "close", id: 12, session: "session-2" },
  ].map(encodeToBuffer);
  const reader = new MessageReader();
  const codes = new Map<unknown, number>();
  const before = process.memoryUsage().rss;
  for (let round = 0; round < 20; round++) {
    const peer = await rawPeer(server);
    peer.webSocket.removeAllListeners("message");
    peer.webSocket.on("message", (data) => {
      const { type, code, message } = reader.decode(data as Buffer) as Record<string, unknown>;
      codes.set(code ?? type, (codes.get(code ?? type) ?? 0) + 1);
      if (type === "error") expect(String(message)).not.toMatch(/\n|\bat .*:\d+:\d+/);
    });
    for (let i = 0; i < 500; i++) peer.webSocket.send(mutated(corpus, random));
    const pong = new Promise((resolve) => peer.webSocket.once("pong", resolve));
    peer.webSocket.ping();
    await pong;
    peer.terminate();
    await peer.closed;
  }
  expect(codes.get("invalid-message")).toBeGreaterThan(5000);
  expect([...codes.keys()]).not.toContain("internal");
  expect([...codes.keys()]).not.toContain("environment-crashed");
  expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  await expect.poll(() => server.stats().sessions, { timeout: 20_000 }).toBe(0);
  await expectServing(server);
});
