import {
  DsrError,
  type Environment,
  InfrastructureError,
  InputError,
  type ResetResult,
} from "@dsr/env-bridge/contract";
import { Subject, VirtualTimeScheduler, toArray, lastValueFrom } from "rxjs";
import { expect, test } from "vitest";
import { createCorridor } from "../evaluation/fixtures/corridor.mjs";
import { LoopMetrics } from "../metrics/loop-metrics.js";
import type { Policy } from "../policy/policy.js";
import { randomPolicy } from "../policy/random-policy.js";
import type { LoopEvent } from "./events.js";
import type { FrameWindow } from "./frame-window.js";
import type { RealtimeFrame, RealtimeStream } from "./frame-source.js";
import { outcomeOf, runEpisode, runRealtime } from "./run-episode.js";

const corridor = (): Environment => createCorridor() as Environment;
const always = (action: number, more: Partial<Policy> = {}): Policy => ({
  name: "always",
  reset: () => {},
  act: () => [action],
  ...more,
});

async function eventsOf(environment: Environment, policy: Policy, options = {}): Promise<LoopEvent[]> {
  return lastValueFrom(runEpisode(environment, policy, { seed: 5, ...options }).pipe(toArray()));
}

test("events come in order and end with success", async () => {
  const events = await eventsOf(corridor(), always(2));
  const types = events.map((event) => event.type);
  expect(types.slice(0, 5)).toEqual([
    "episode-started",
    "frame-received",
    "action-decided",
    "step-finished",
    "frame-received",
  ]);
  const last = events.at(-1);
  expect(last).toMatchObject({ type: "episode-finished", outcome: { success: true, end: "terminated", return: 1 } });
  const steps = types.filter((type) => type === "step-finished").length;
  expect(types.filter((type) => type === "frame-received").length).toBe(steps + 1);
  expect(last).toMatchObject({ outcome: { steps, decisions: steps, skipped: 0, dropped: 0 } });
});

test("the same seed gives the same episode, another seed another one", async () => {
  const play = async (seed: number): Promise<unknown[]> => {
    const policy = await randomPolicy.create({ seed: "p", spec: corridor().spec });
    const events = await eventsOf(corridor(), policy, { seed, maxSteps: 30 });
    return events.filter((event) => event.type === "step-finished").map((event) => event.action);
  };
  expect(await play(7)).toEqual(await play(7));
  expect(await play(7)).not.toEqual(await play(8));
});

test("a chunk is used up before the policy is asked again", async () => {
  const asked: number[] = [];
  const policy = always(0, {
    act: ({ newest }) => {
      asked.push(newest.step);
      return [1, 1, 1, 1];
    },
  });
  const outcome = await outcomeOf(runEpisode(corridor(), policy, { maxSteps: 10 }));
  expect(asked).toEqual([0, 4, 8]);
  expect(outcome).toMatchObject({ end: "step-limit", steps: 10, decisions: 3, success: false });
});

test("the window holds the last frames, copied although the environment reuses its buffers", async () => {
  const seen: number[][] = [];
  const policy = always(2, {
    windowLength: 3,
    act: (window: FrameWindow) => {
      seen.push(
        window.frames.map((frame) => Number((frame.observation["position"] as { data: Float32Array }).data[0])),
      );
      return [2];
    },
  });
  await outcomeOf(runEpisode(corridor(), policy, { seed: 1, maxSteps: 4 }));
  const start = seen[0]?.[0] ?? 0;
  expect(seen[0]).toEqual([start]);
  expect(seen[1]).toEqual([start, start + 1]);
  expect(seen[3]).toEqual([start + 1, start + 2, start + 3]);
});

test.each([
  ["an unknown task", always(2), { task: "reach_rihgt" }, InputError, /did you mean 'reach_right'/u],
  ["an illegal action", always(9), {}, InputError, /policy 'always': action: expected an integer in \[0, 3\)/u],
  ["an empty chunk", always(0, { act: () => [] }), {}, InputError, /expected at least one action/u],
  [
    "a policy that throws",
    always(0, { act: () => Promise.reject(new Error("no memory")) }),
    {},
    InfrastructureError,
    /policy 'always', decision at step 0: no memory/u,
  ],
])("%s ends the episode with one clear error", async (_, policy, options, type, message) => {
  const playing = outcomeOf(runEpisode(corridor(), policy, options));
  await expect(playing).rejects.toThrow(type);
  await expect(outcomeOf(runEpisode(corridor(), policy, options))).rejects.toThrow(message);
});

test("an environment that throws is an infrastructure failure", async () => {
  const environment: Environment = { ...corridor(), step: () => Promise.reject(new Error("segmentation fault")) };
  const playing = outcomeOf(runEpisode(environment, always(1)));
  await expect(playing).rejects.toThrow(/environment 'Corridor-v0', step: segmentation fault/u);
});

test("a frame that does not come is a timeout, by the scheduler's time", async () => {
  const scheduler = new VirtualTimeScheduler();
  const environment: Environment = { ...corridor(), reset: () => new Promise(() => {}) };
  const playing = outcomeOf(runEpisode(environment, always(1), { frameTimeoutMs: 5000, scheduler }));
  queueMicrotask(() => scheduler.flush());
  await expect(playing).rejects.toThrow(/expected a frame within 5000 ms/u);
});

test("unsubscribing and aborting stop the calls", async () => {
  let steps = 0;
  const inner = corridor();
  const environment: Environment = { ...inner, step: (action) => (steps++, inner.step(action)) };
  const abort = new AbortController();
  const stopAtThree = { next: (event: LoopEvent) => event.type === "step-finished" && steps === 3 && abort.abort() };
  const playing = outcomeOf(runEpisode(environment, always(1), { signal: abort.signal }), stopAtThree);
  await expect(playing).rejects.toMatchObject({ code: "cancelled" });
  const subscription = runEpisode(environment, always(1)).subscribe((event) => {
    if (event.type === "step-finished" && steps === 6) subscription.unsubscribe();
  });
  await new Promise((resolve) => subscription.add(() => resolve(undefined)));
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect(steps).toBe(6);
  await expect(outcomeOf(runEpisode(environment, always(1), { signal: abort.signal }))).rejects.toThrow(DsrError);
  expect(steps).toBe(6);
});

test("pace holds the loop: no step begins before it resolves", async () => {
  const order: string[] = [];
  const pace = async (): Promise<void> => {
    await new Promise(setImmediate);
    order.push("paced");
  };
  const tell = { next: (event: LoopEvent) => event.type === "step-finished" && order.push("step") };
  await outcomeOf(runEpisode(corridor(), always(1), { maxSteps: 3, pace }), tell);
  expect(order).toEqual(["paced", "step", "paced", "step", "paced", "step"]);
});

test("metrics add up, by an injected clock", async () => {
  let now = 0;
  const clock = { now: () => now };
  const metrics = new LoopMetrics();
  const inner = corridor();
  const environment: Environment = { ...inner, step: (action) => ((now += 40), inner.step(action)) };
  const policy = always(1, { act: () => ((now += 10), [1]) });
  await outcomeOf(runEpisode(environment, policy, { maxSteps: 4, clock }), metrics);
  expect(metrics.snapshot()).toMatchObject({
    episodes: 1,
    steps: 4,
    stepsPerSecond: 20,
    decision: { p50Ms: 10, p99Ms: 10 },
    environment: { p50Ms: 40, p99Ms: 40 },
    overhead: { p50Ms: 0, p99Ms: 0 },
  });
});

interface HandTicked {
  readonly session: RealtimeStream;
  readonly sent: unknown[];
  readonly resets: unknown[];
  tick(terminated?: boolean): void;
}

/** A session whose ticks the test decides. */
function handTicked(): HandTicked {
  const { spec } = corridor();
  const frames = new Subject<RealtimeFrame>();
  const sent: unknown[] = [];
  const resets: unknown[] = [];
  let ticks = 0;
  const observe = () => ({ position: { dtype: "float32", shape: [1], data: Float32Array.of(ticks) } }) as const;
  const tick = (terminated = false): void => {
    ticks += 1;
    const rest = { terminated, truncated: false, info: { success: false }, dropped: 0 };
    frames.next({ tick: ticks, observation: observe(), reward: 1, ...rest });
  };
  const reset = (options: unknown): ResetResult => {
    ticks = 0;
    resets.push(options);
    return { observation: observe(), info: { success: false } };
  };
  const session = { spec, frames$: frames, reset, act: (action: unknown) => void sent.push(action) };
  return { session, sent, resets, tick };
}

test("realtime: the newest frame wins, frames that came meanwhile are skipped, never queued", async () => {
  const { session, sent, tick } = handTicked();
  const decidedOn: number[] = [];
  let finishDecision = (): void => {};
  const policy = always(0, {
    act: ({ newest }) => {
      decidedOn.push(newest.step);
      return new Promise((resolve) => (finishDecision = () => resolve([newest.step % 3])));
    },
  });
  const playing = outcomeOf(runRealtime(session, policy, { seed: 1 }));
  const settle = (): Promise<void> => new Promise(setImmediate);
  await settle();
  for (let i = 0; i < 4; i++) tick();
  await settle();
  expect(decidedOn).toEqual([0]);
  finishDecision();
  await settle();
  expect(decidedOn).toEqual([0, 4]);
  finishDecision();
  await settle();
  expect(sent).toEqual([0, 1]);
  tick(true);
  const outcome = await playing;
  expect(outcome).toMatchObject({ steps: 5, skipped: 3, decisions: 2, end: "terminated", return: 5 });
  tick();
  await settle();
  expect(sent).toEqual([0, 1]);
});

test("realtime: a decision that was under way when the episode ended is never sent", async () => {
  const { session, sent, tick } = handTicked();
  let finishDecision = (): void => {};
  const policy = always(0, { act: () => new Promise((resolve) => (finishDecision = () => resolve([1]))) });
  const playing = outcomeOf(runRealtime(session, policy, { seed: 1 }));
  await new Promise(setImmediate);
  tick();
  await new Promise(setImmediate);
  tick(true);
  await playing;
  finishDecision();
  await new Promise(setImmediate);
  expect(sent).toEqual([]);
});

test("realtime: frames of an earlier episode are left out, those that overtake the reset's answer are kept", async () => {
  const { session, tick } = handTicked();
  let answer = (): void => {};
  const late: RealtimeStream = {
    ...session,
    reset: (options) => new Promise((resolve) => (answer = () => resolve(session.reset(options)))),
  };
  for (let i = 0; i < 7; i++) tick();
  const seen: number[] = [];
  const position = (event: LoopEvent): void => {
    if (event.type !== "frame-received") return;
    seen.push(Number((event.frame.observation["position"] as { data: Float32Array }).data[0]));
  };
  const playing = outcomeOf(runRealtime(late, always(1), { seed: 1 }), { next: position });
  await new Promise(setImmediate);
  tick();
  answer();
  tick();
  await new Promise(setImmediate);
  tick();
  tick(true);
  expect(await playing).toMatchObject({ steps: 3, return: 3 });
  expect(seen).toEqual([0, 1, 2, 3]);
});

test("realtime: a session that is lost is an infrastructure failure", async () => {
  const frames = new Subject<RealtimeFrame>();
  const { session } = handTicked();
  const playing = outcomeOf(runRealtime({ ...session, frames$: frames }, always(1), { seed: 1 }));
  setImmediate(() => frames.error(new InfrastructureError("gone", { code: "disconnected" })));
  await expect(playing).rejects.toMatchObject({ code: "disconnected" });
});
