// Agents that act from pixels, end to end on the command line: demonstrations, training, export, evaluation; and a planner
// that steers by answers in the embedded world.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { outcomeOf, plannerPolicyOf, runEpisode } from "@dsr/agent";
import { scriptedAnswerer } from "@dsr/dsr-core/perception/test";
import { contains, decodeMinedojoAction, minedojoActionSpace } from "@dsr/env-bridge/contract";
import { DemonstrationStore } from "@dsr/trainer/demonstrations";
import { voxelWorldFactory } from "@dsr/voxel-world";
import { expect, test } from "vitest";
import { dsr, temporaryFolder } from "./support/command.js";

const cow = "combat_cow_plains_diamond_armors_diamond_sword_shield";
const milk = "harvest_milk_with_empty_bucket_and_cow";

test("demonstrations → training → model → evaluation with the policy dsr, and with a planner on the same model", async () => {
  const folder = await temporaryFolder();
  const [store, run, checkpoint, model] = ["store", "run", "checkpoint", "model"].map((name) => join(folder, name));
  const recorded = await dsr(
    "data",
    "demonstrations",
    "--task",
    cow,
    "--task",
    milk,
    "--episodes",
    "3",
    "--image",
    "32x48",
    "--out",
    store ?? "",
    "--json",
  );
  expect(JSON.parse(recorded.stdout)).toMatchObject({ episodes: 6 });
  const settings = [`demonstrations=${store}`, "steps=24", "batch=8", "layers=2", "warmup=4"];
  const trained = await dsr(
    "train",
    "agent-bc",
    "--out",
    run ?? "",
    "--threads",
    "1",
    "--json",
    ...settings.flatMap((each) => ["--set", each]),
  );
  expect(JSON.parse(trained.stdout)).toMatchObject({ finished: true, step: 24 });
  await dsr("model", "export", run ?? "", checkpoint ?? "");
  await dsr("model", "convert", checkpoint ?? "", model ?? "", "--precision", "fp16");
  for (const [policy, options] of [
    ["dsr", ["attackInterval=12"]],
    ["planner", ["frames=4", "replan=20"]],
  ] as const) {
    const out = join(folder, policy);
    const chosen = [
      "--policy",
      policy,
      "--model",
      model ?? "",
      ...options.flatMap((each) => ["--policy-option", each]),
    ];
    const size = [
      "--seeds",
      "1",
      "--episodes",
      "1",
      "--max-steps",
      "60",
      "--workers",
      "1",
      "--clips",
      "0",
      "--no-report",
    ];
    const evaluated = await dsr("agent", "evaluate", "--task", cow, "--task", milk, ...chosen, ...size, "--out", out);
    expect(evaluated.code).toBe(0);
    const summary = JSON.parse(await readFile(join(out, "summary.json"), "utf8")) as Record<string, unknown>;
    expect(summary).toMatchObject({ policy, model, infrastructure: 0 });
    expect(Object.keys(summary["tasks"] as object)).toEqual([cow, milk]);
  }
  const finer = await dsr("agent", "run", "--policy", "dsr", "--model", model ?? "", "--option", "cameraInterval=5");
  expect(finer).toMatchObject({ code: 2, stdout: "" });
  expect(finer.stderr).toMatch(
    /^dsr: policy 'dsr': expected 25 choices of 'pitch', which .*, found 73 in environment 'voxel-world'\n$/u,
  );
  const speed = await dsr("perf", "agent", "--model", model ?? "", "--steps", "30", "--threads", "1", "--json");
  const { decision, overhead, batched8 } = JSON.parse(speed.stdout) as Record<string, Record<string, number>>;
  for (const value of [decision?.["p50Ms"], decision?.["p99Ms"], overhead?.["p50Ms"], batched8?.["stepsPerSecond"]])
    expect(value).toBeGreaterThan(0);
}, 180_000);

test("a planner hunts by answers and boxes alone", async () => {
  // it is in front, it comes nearer, it stays there: what a model would say of a hunt that goes well
  const answerer = scriptedAnswerer((_, call) => [0, 2, 0][call % 3] ?? 0);
  const environment = await voxelWorldFactory.create({
    observe: ["rgb", "segmentation", "entities"],
    imageSize: [64, 96],
  });
  const options = { frames: 2, replan: 2 };
  const policy = await plannerPolicyOf(answerer, { seed: 1, spec: environment.spec, options });
  const outcomes = [];
  for (const seed of ["a", "b", "c"])
    outcomes.push(await outcomeOf(runEpisode(environment, policy, { task: cow, seed, maxSteps: 500 })));
  await environment.close();
  console.log(
    `planner: ${outcomes.map(({ success, steps }) => `${success ? "success" : "failure"} after ${steps}`).join(", ")}`,
  );
  expect(outcomes.filter(({ success }) => success).length).toBeGreaterThanOrEqual(2);
}, 120_000);

test("recordings of play become demonstrations with the actions that were sent", async () => {
  const folder = await temporaryFolder();
  const [recordings, store] = [join(folder, "recordings"), join(folder, "store")];
  const size = ["--image", "64x96"];
  await dsr("agent", "run", "--task", cow, "--policy", "expert", "--seed", "5", ...size, "--record", recordings);
  const taken = await dsr("data", "demonstrations", "--from", recordings, ...size, "--out", store, "--json");
  expect(JSON.parse(taken.stdout)).toMatchObject({ episodes: 1 });
  const demonstrations = DemonstrationStore.open(store);
  const [episode] = demonstrations.episodes;
  expect(episode?.prompt).toMatch(/^hunt a cow in plains/u);
  const actions = demonstrations.actions(0);
  const steps = Array.from({ length: episode?.steps ?? 0 }, (_, step) => [...actions.subarray(8 * step, 8 * step + 8)]);
  expect(steps.every((action) => contains(minedojoActionSpace(), action))).toBe(true);
  expect(steps.some((action) => decodeMinedojoAction(action).function === "attack")).toBe(true);
  demonstrations.close();
  const again = await dsr("data", "demonstrations", "--from", recordings, ...size, "--every", "3", "--out", store);
  expect(again).toMatchObject({ code: 2, stdout: "" });
});
