// Measures the bridge against plain `ws` with the same bytes, with many sessions, and with a slow consumer.
// Knows nothing about environments; the server process hosts one that costs nothing.
import { type ChildProcess, fork } from "node:child_process";
import { performance } from "node:perf_hooks";
import { WebSocket } from "ws";
import { EnvClient } from "../client/env-client.js";
import type { RemoteEnvironment } from "../client/remote-environment.js";
import { InfrastructureError, InputError } from "../contract/errors.js";
import { builtModule } from "../protocol/built-module.js";
import { perfAction } from "./frame-environment.js";
import { type PerfServerMessage, rawRequest } from "./perf-messages.js";
import { percentile } from "./statistics.js";

/** What {@link measureBridge} found. Rates are per second, times in milliseconds, memory that of the server process. */
export interface BridgePerfReport {
  /** Lockstep steps with a 160×256×3 picture, one session; `ratio` is to plain `ws` with the same bytes. */
  readonly roundTrip: {
    readonly perSecond: number;
    readonly rawPerSecond: number;
    readonly ratio: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
  };
  /** 64 sessions on 64 connections, all stepping at once. */
  readonly sessions64: { readonly perSecond: number; readonly p99Ms: number; readonly rssMB: number };
  /** Realtime at 500 ticks a second for a consumer that blocks 20 ms a frame. */
  readonly slowConsumer: { readonly sentPerSecond: number; readonly droppedShare: number; readonly rssMB: number };
  /** Realtime at 200 ticks a second for a consumer that keeps up. */
  readonly realtime: {
    readonly framesPerSecond: number;
    readonly targetPerSecond: number;
    readonly droppedShare: number;
  };
}

/** How long to measure. */
export interface MeasureBridgeOptions {
  /** Seconds of the whole run, about; 14 unless given, at least 1. */
  readonly seconds?: number;
}

/** Long enough that each side collects its own garbage, short enough that both meet the same busy moments. */
const roundMs = 200;
const manySessions = 64;
const slowConsumerMs = 20;

/**
 * Measures the bridge on this machine.
 * @throws InputError for a time out of range, InfrastructureError when the server process does not start
 */
export async function measureBridge(options: MeasureBridgeOptions = {}): Promise<BridgePerfReport> {
  const { seconds = 14 } = options;
  if (!(seconds >= 1 && seconds <= 3600)) throw new InputError(`seconds: expected 1 to 3600, found ${seconds}`);
  const server = await startServer();
  const part = (seconds * 1000) / 7;
  try {
    return {
      roundTrip: await measureRoundTrip(server, part * 4),
      sessions64: await measureSessions(server, part),
      slowConsumer: await measureSlowConsumer(server, part),
      realtime: await measureRealtime(server, part),
    };
  } finally {
    server.child.kill();
  }
}

interface PerfServer {
  readonly child: ChildProcess;
  readonly url: string;
  readonly rawUrl: string;
}

async function startServer(): Promise<PerfServer> {
  const child = fork(builtModule("perf/perf-server.js"), [], { stdio: ["ignore", 2, 2, "ipc"] });
  const ready = await nextMessage(child);
  if (ready.type !== "ready") throw new InfrastructureError(`server process: expected 'ready', found '${ready.type}'`);
  return { child, url: ready.url, rawUrl: ready.rawUrl };
}

function nextMessage(child: ChildProcess): Promise<PerfServerMessage> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void =>
      reject(new InfrastructureError(`server process: expected it to run, found exit code ${code}`));
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(message as PerfServerMessage);
    });
  });
}

async function memoryOf(server: PerfServer): Promise<number> {
  const answer = nextMessage(server.child);
  server.child.send("memory");
  const message = await answer;
  return message.type === "memory" ? message.rssMB : Number.NaN;
}

/**
 * Short rounds of both take turns, so that a machine that slows down slows down both. Rates are calls over time of all
 * rounds together, and the ratio is that of the rates.
 */
async function measureRoundTrip(server: PerfServer, milliseconds: number): Promise<BridgePerfReport["roundTrip"]> {
  const client = await EnvClient.connect(server.url);
  const environment = await client.openSession();
  await environment.reset();
  const raw = await connectRaw(server.rawUrl);
  const step = async (): Promise<unknown> => environment.step(perfAction);
  await timeCalls(step, milliseconds / 20);
  await timeCalls(raw.exchange, milliseconds / 20);
  const own: number[][] = [];
  const reference: number[][] = [];
  for (const end = performance.now() + 0.9 * milliseconds; performance.now() < end;) {
    own.push(await timeCalls(step, roundMs));
    reference.push(await timeCalls(raw.exchange, roundMs));
  }
  raw.close();
  await client.close();
  const all = own.flat();
  const [perSecond, rawPerSecond] = [rateOf(all), rateOf(reference.flat())];
  const [p50Ms, p99Ms] = [percentile(all, 0.5), percentile(all, 0.99)];
  return { perSecond, rawPerSecond, ratio: perSecond / rawPerSecond, p50Ms, p99Ms };
}

function rateOf(times: readonly number[]): number {
  return (1000 * times.length) / times.reduce((sum, time) => sum + time, 0);
}

/** Milliseconds of each call, one after the other, for about a time. */
async function timeCalls(call: () => Promise<unknown>, milliseconds: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  for (let from = performance.now(); from < end;) {
    await call();
    const now = performance.now();
    times.push(now - from);
    from = now;
  }
  return times;
}

async function connectRaw(url: string): Promise<{ exchange(): Promise<void>; close(): void }> {
  const webSocket = new WebSocket(url, { perMessageDeflate: false });
  await new Promise((resolve, reject) => webSocket.once("open", resolve).once("error", reject));
  const request = rawRequest();
  let answered: () => void = () => undefined;
  webSocket.on("message", () => answered());
  const exchange = (): Promise<void> =>
    new Promise((resolve) => {
      answered = resolve;
      webSocket.send(request);
    });
  return { exchange, close: () => webSocket.terminate() };
}

async function measureSessions(server: PerfServer, milliseconds: number): Promise<BridgePerfReport["sessions64"]> {
  const clients = await Promise.all(Array.from({ length: manySessions }, () => EnvClient.connect(server.url)));
  const environments = await Promise.all(clients.map(openReset));
  const start = performance.now();
  const times = await Promise.all(environments.map((each) => timeCalls(() => each.step(perfAction), milliseconds)));
  const seconds = (performance.now() - start) / 1000;
  const rssMB = await memoryOf(server);
  await Promise.all(clients.map((client) => client.close()));
  const all = times.flat();
  return { perSecond: all.length / seconds, p99Ms: percentile(all, 0.99), rssMB };
}

async function openReset(client: EnvClient): Promise<RemoteEnvironment> {
  const environment = await client.openSession();
  await environment.reset();
  return environment;
}

async function measureSlowConsumer(server: PerfServer, ms: number): Promise<BridgePerfReport["slowConsumer"]> {
  const counts = await countFrames(server, { tickRate: 500, milliseconds: ms, blockMs: slowConsumerMs });
  const droppedShare = counts.dropped / (counts.dropped + counts.frames);
  return { sentPerSecond: counts.frames / counts.seconds, droppedShare, rssMB: await memoryOf(server) };
}

async function measureRealtime(server: PerfServer, milliseconds: number): Promise<BridgePerfReport["realtime"]> {
  const tickRate = 200;
  const counts = await countFrames(server, { tickRate, milliseconds, blockMs: 0 });
  const droppedShare = counts.dropped / (counts.dropped + counts.frames);
  return { framesPerSecond: counts.frames / counts.seconds, targetPerSecond: tickRate, droppedShare };
}

async function countFrames(
  server: PerfServer,
  { tickRate, milliseconds, blockMs }: { tickRate: number; milliseconds: number; blockMs: number },
): Promise<{ frames: number; dropped: number; seconds: number }> {
  const client = await EnvClient.connect(server.url);
  const session = await client.openRealtimeSession({ tickRate });
  const blocker = new Int32Array(new SharedArrayBuffer(4));
  const counts = { frames: 0, dropped: 0, seconds: 0 };
  session.frames$.subscribe((frame) => {
    counts.frames++;
    counts.dropped += frame.dropped;
    if (blockMs > 0) Atomics.wait(blocker, 0, 0, blockMs);
  });
  await session.reset();
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  counts.seconds = (performance.now() - start) / 1000;
  await client.close();
  return { ...counts };
}
