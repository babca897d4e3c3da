import {
  type EnvironmentSpec,
  type Observation,
  decodeMinedojoAction,
  depthSpace,
  dict,
  discrete,
  entitiesSpace,
  minedojoActionSpace,
  ndarray,
  rgbSpace,
  segmentationSpace,
} from "@dsr/env-bridge/contract";
import { scriptedAnswerer } from "@dsr/dsr-core/perception/test";
import { describe, expect, test } from "vitest";
import { FrameRing } from "../../loop/frame-window.js";
import { environmentOptionsOf } from "../policy.js";
import { createPolicy } from "../registry.js";
import { plannerPolicy, plannerPolicyOf } from "./planner-policy.js";
import { quarryOf } from "./quarry.js";

const [height, width] = [32, 48];
const task = { id: "combat_cow", prompt: "hunt a cow in plains" };
const spec: EnvironmentSpec = {
  id: "Spec-v0",
  observationSpace: dict({
    rgb: rgbSpace([height, width]),
    segmentation: segmentationSpace([height, width]),
    entities: entitiesSpace(),
  }),
  actionSpace: minedojoActionSpace(15),
  tasks: [task],
  tickRate: 20,
  autoreset: "disabled",
  metadata: { cameraInterval: 15, verticalFov: 70 },
};

/** A picture with the cow in a box of pixels; none without a box. */
function observationWith(box?: readonly [number, number, number, number]): Observation {
  const ids = new Int32Array(height * width);
  const [x1, y1, x2, y2] = box ?? [0, 0, -1, -1];
  for (let y = y1; y <= y2; y++) ids.fill(7, y * width + x1, y * width + x2 + 1);
  return {
    rgb: ndarray("uint8", [height, width, 3], new Uint8Array(height * width * 3)),
    segmentation: ndarray("int32", [height, width], ids),
    entities: [{ id: 7, kind: "cow", dead: 0 }],
  };
}

async function decide(observation: Observation, replies: readonly number[], options = {}) {
  const answerer = scriptedAnswerer((_, call) => replies[call % replies.length] ?? 0);
  const policy = await plannerPolicyOf(answerer, { seed: 1, spec, options: { frames: 4, replan: 4, ...options } });
  await policy.reset({ task, seed: 1, spec });
  const ring = new FrameRing(policy.windowLength ?? 1);
  let window = ring.push({ step: 0, time: 0, observation, info: {} });
  for (let step = 1; step < 8; step++) window = ring.push({ step, time: step, observation, info: {} });
  const actions = (await policy.act(window, task)).map((action) => decodeMinedojoAction(action));
  return { actions, requests: answerer.requests };
}

describe("quarries", () => {
  test.each([
    ["combat a zombie pigman in nether", { name: "zombie pigman", deed: "attack", item: undefined }],
    ["hunt a pig in plains", { name: "pig", deed: "attack", item: undefined }],
    ["obtain milk from a cow with an empty bucket", { name: "cow", deed: "use", item: undefined }],
    ["shear a sheep with shears", { name: "sheep", deed: "use", item: undefined }],
    ["obtain porkchop", { name: "pig", deed: "attack", item: "porkchop" }],
    ["obtain chicken in forest", { name: "chicken", deed: "attack", item: "chicken" }],
  ])("%s", (prompt, quarry) => expect(quarryOf({ id: "x", prompt })).toEqual(quarry));
});

describe("questions", () => {
  test("have the templates' words, the box's numbers and times from 0", async () => {
    const { requests } = await decide(observationWith([20, 10, 27, 21]), [0, 2, 0]);
    expect(requests.map(({ question }) => question)).toEqual([
      "Between 0.0s and 0.3s, following the perspective of camera, how does the direction of cow with initial bounding box coordinates [20, 10, 27, 21] to camera change?",
      "Between 0.0s and 0.3s, following the perspective of camera, how does the distance between cow with initial bounding box coordinates [20, 10, 27, 21] and camera change?",
      "Following the perspective of camera, predict the moving direction of cow with final bounding box coordinates [20, 10, 27, 21].",
    ]);
    expect(requests[0]?.options?.slice(0, 2)).toEqual(["(1) Front.", "(1) Front|Left."]);
    expect(requests[1]?.options).toEqual(["(1) Keep nearly constant.", "(1) Become larger.", "(1) Become smaller."]);
    expect(requests.every(({ scoring }) => scoring === "likelihood")).toBe(true);
  });

  test("name the class alone where there is no detector, and offer that it is not in sight", async () => {
    const { requests, actions } = await decide(observationWith(), [8, 0, 0], { boxes: "none" });
    expect(requests[0]?.question).toContain("how does the direction of cow to camera change?");
    expect(requests[0]?.options?.at(-1)).toBe("(1) Not in sight.");
    expect(actions[0]).toMatchObject({ yaw: 60, forward: false });
  });
});

describe("steering", () => {
  test("turns to the box, walks there, and strikes only what is near", async () => {
    const far = await decide(observationWith([40, 14, 44, 18]), [0, 2, 0]);
    expect(far.actions[0]).toMatchObject({ yaw: 45, pitch: 0, function: "none" });
    const near = await decide(observationWith([18, 8, 29, 24]), [0, 2, 0]);
    expect(near.actions[0]).toMatchObject({ yaw: 0, forward: true, function: "attack" });
    expect(near.actions.slice(1).every((action) => action.function === "none")).toBe(true);
  });

  test("aims ahead of what is predicted to move aside", async () => {
    const still = await decide(observationWith([22, 14, 25, 18]), [0, 2, 0]);
    const leftwards = await decide(observationWith([22, 14, 25, 18]), [0, 2, 2]);
    expect([still.actions[0]?.yaw, leftwards.actions[0]?.yaw]).toEqual([0, -15]);
  });

  test("jumps when it walks and comes no nearer", async () => {
    const { actions } = await decide(observationWith([22, 14, 25, 18]), [0, 0, 0]);
    expect(actions.every(({ forward, jump }) => forward && jump)).toBe(true);
  });

  test("looks around when nothing is in sight", async () => {
    const { actions, requests } = await decide(observationWith(), [0]);
    expect(requests).toHaveLength(0);
    expect(actions[0]).toMatchObject({ yaw: 60, forward: false });
  });
});

test("asks for masks only where boxes come from them, and refuses what it cannot play", async () => {
  expect(environmentOptionsOf(plannerPolicy, { model: "m" })).toEqual({ observe: ["rgb", "segmentation", "entities"] });
  expect(environmentOptionsOf(plannerPolicy, { server: "http://x/v1", serverModel: "m" })).toEqual({});
  expect(() => environmentOptionsOf(plannerPolicy, {})).toThrow(
    "policy 'planner': expected --model or --server, found neither",
  );
  const make = (own: Partial<EnvironmentSpec>) =>
    createPolicy(plannerPolicy, { seed: 1, spec: { ...spec, ...own }, options: { model: "m" } });
  await expect(make({ actionSpace: discrete(4) })).rejects.toThrow(
    "policy 'planner': expected action space MultiDiscrete [3, 3, 4, 25, 25, 8, 244, 36], found Discrete 4 in environment 'Spec-v0'",
  );
  const blind = dict({ rgb: rgbSpace([height, width]), depth: depthSpace([height, width]) });
  await expect(make({ observationSpace: blind })).rejects.toThrow(
    "policy 'planner' with boxes from masks: expected observation 'segmentation', found rgb, depth in environment 'Spec-v0'",
  );
});
