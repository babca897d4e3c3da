import {
  type EnvironmentSpec,
  InputError,
  type SpaceRecord,
  box,
  dict,
  encodeMinedojoAction,
  minedojoActionSpace,
  multiDiscrete,
  ndarray,
  rgbSpace,
} from "@dsr/env-bridge/contract";
import type { ActRequest, Actor } from "@dsr/dsr-core/perception";
import { expect, test } from "vitest";
import { FrameRing, type FrameWindow } from "../../loop/frame-window.js";
import { createPolicy } from "../registry.js";
import { dsrPolicy, dsrPolicyOf } from "./dsr-policy.js";

const components = [
  { name: "movement", size: 3 },
  { name: "yaw", size: 25 },
  { name: "function", size: 8 },
];
const task = { id: "hunt", prompt: "hunt a cow" };

function specWith(own: Partial<EnvironmentSpec> = {}): EnvironmentSpec {
  return {
    id: "Spec-v0",
    observationSpace: dict({ rgb: rgbSpace([16, 24]) }),
    actionSpace: minedojoActionSpace(15),
    tasks: [task],
    tickRate: 20,
    autoreset: "disabled",
    metadata: { cameraInterval: 15 },
    ...own,
  };
}

/** An actor that walks, turns by as many bins as it was asked before, and attacks; it remembers what it was asked. */
function countingActor(): Actor & { readonly requests: ActRequest[] } {
  const requests: ActRequest[] = [];
  const peak = (size: number, choice: number): readonly number[] =>
    Array.from({ length: size }, (_, place) => (place === choice ? 50 : 0));
  return {
    description: "counting",
    actions: { chunk: 4, components, window: { frames: 4, stride: 2, height: 16, width: 24 } },
    requests,
    decide: async (request) => {
      requests.push(request);
      const repeat = (row: readonly number[]) => Float32Array.from([...row, ...row, ...row, ...row]);
      return new Map([
        ["movement", repeat(peak(3, 1))],
        ["yaw", repeat(peak(25, 12 + requests.length))],
        ["function", repeat(peak(8, 3))],
      ]);
    },
    close: async () => {},
  };
}

const ring = (length: number): FrameRing => new FrameRing(length);

function frames(into: FrameRing, from: number, to: number): FrameWindow {
  let window: FrameWindow | undefined;
  for (let step = from; step <= to; step++) {
    const data = new Uint8Array(16 * 24 * 3).fill(step);
    window = into.push({ step, time: step, observation: { rgb: ndarray("uint8", [16, 24, 3], data) }, info: {} });
  }
  if (window === undefined) throw new TypeError("there is a frame");
  return window;
}

test("looks back in strides, repeats the first frame, and sees the same frame as the same picture", async () => {
  const actor = countingActor();
  const policy = dsrPolicyOf(actor, { seed: 1, spec: specWith() });
  expect(policy.windowLength).toBe(7);
  await policy.reset({ task, seed: 1, spec: specWith() });
  const window = ring(7);
  await policy.act(frames(window, 0, 2), task);
  await policy.act(frames(window, 3, 10), task);
  await policy.act(frames(window, 11, 12), task);
  const seen = actor.requests.map(({ clip }) => clip.frames.map(({ data }) => data[0]));
  expect(seen).toEqual([
    [0, 0, 0, 2],
    [4, 6, 8, 10],
    [6, 8, 10, 12],
  ]);
  expect(actor.requests[2]?.clip.frames[2]).toBe(actor.requests[1]?.clip.frames[3]);
  expect(actor.requests[1]?.clip.secondsPerGrid).toBeCloseTo(0.2, 12);
  expect(actor.requests[1]?.instruction).toBe("hunt a cow");
});

test("half a chunk is carried out, and blows keep their distance", async () => {
  const options = { attackInterval: 3, temperature: 0 };
  const policy = dsrPolicyOf(countingActor(), { seed: 1, spec: specWith(), options });
  await policy.reset({ task, seed: 1, spec: specWith() });
  const window = ring(7);
  const first = await policy.act(frames(window, 0, 0), task);
  const second = await policy.act(frames(window, 1, 2), task);
  const third = await policy.act(frames(window, 3, 4), task);
  const blow = (yaw: number) => encodeMinedojoAction({ forward: true, yaw, function: "attack" });
  const functions = [first, second, third].flat().map((action) => (action as readonly number[])[5]);
  expect(first).toHaveLength(2);
  expect(first[0]).toEqual(blow(15));
  expect(functions.flatMap((used, step) => (used === 3 ? [step] : []))).toEqual([0, 3]);
});

test("with aggregation overlapping chunks are averaged: the older one wins with a decay", async () => {
  const options = { aggregate: 5, temperature: 0, replan: 1 };
  const policy = dsrPolicyOf(countingActor(), { seed: 1, spec: specWith(), options });
  await policy.reset({ task, seed: 1, spec: specWith() });
  const window = ring(7);
  await policy.act(frames(window, 0, 0), task);
  const [action] = await policy.act(frames(window, 1, 1), task);
  expect((action as readonly number[])[4]).toBe(13);
});

test("other action spaces are refused with what is expected and found", async () => {
  const creation = (own: Partial<EnvironmentSpec>, options: SpaceRecord = { model: "none" }) => ({
    seed: 1,
    spec: specWith(own),
    options,
  });
  const robot = createPolicy(dsrPolicy, creation({ actionSpace: box("float32", [7], -1, 1) }));
  await expect(robot).rejects.toThrow(InputError);
  await expect(robot).rejects.toThrow(
    "policy 'dsr': expected action space MultiDiscrete [3, 3, 4, 25, 25, 8, 244, 36], found Box float32 [7] in environment 'Spec-v0'",
  );
  const short = createPolicy(dsrPolicy, creation({ actionSpace: multiDiscrete([3, 3, 4]) }));
  await expect(short).rejects.toThrow("found MultiDiscrete [3, 3, 4] in environment 'Spec-v0'");
  const finer = specWith({ actionSpace: minedojoActionSpace(5), metadata: { cameraInterval: 5 } });
  expect(() => dsrPolicyOf(countingActor(), { seed: 1, spec: finer })).toThrow(
    "policy 'dsr': expected 25 choices of 'yaw', which counting decides, found 73 in environment 'Spec-v0'",
  );
});

test("options are checked before a model is opened", async () => {
  const make = (options: SpaceRecord) => createPolicy(dsrPolicy, { seed: 1, spec: specWith(), options });
  await expect(make({})).rejects.toThrow("policy 'dsr': expected --model");
  await expect(make({ model: "x", temprature: 1 })).rejects.toThrow(
    /unknown option of policy 'dsr' 'temprature': did you mean 'temperature'/u,
  );
  await expect(make({ model: "x", temperature: "hot" })).rejects.toThrow(
    /policy 'dsr', option temperature: .*found "hot"/u,
  );
  const given = (options: SpaceRecord) => () => dsrPolicyOf(countingActor(), { seed: 1, spec: specWith(), options });
  expect(given({ replan: 5 })).toThrow("policy 'dsr', option replan: expected at most 4, the model's chunk, found 5");
  expect(given({ thresholds: { pitch: 0.5 } })).toThrow(
    "policy 'dsr', option thresholds: expected components movement, yaw, function, found 'pitch'",
  );
});
