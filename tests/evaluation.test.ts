// The whole chain as a user runs it: command line → worker processes → WebSocket → world → summary and report.
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { EnvServer, createRandom } from "@dsr/env-bridge";
import { ChaosProxy } from "@dsr/env-bridge/test";
import { voxelWorldFactory } from "@dsr/voxel-world";
import { expect, onTestFinished, test } from "vitest";
import { dsr, outcomeOf, startDsr, temporaryFolder } from "./support/command.js";

const tasks = ["combat_pig_plains_diamond_armors_diamond_sword_shield", "harvest_wool_with_shears_and_sheep"];

function evaluation(out: string): readonly string[] {
  const chosen = tasks.flatMap((task) => ["--task", task]);
  const size = [
    "--seeds",
    "2",
    "--episodes",
    "3",
    "--max-steps",
    "160",
    "--image",
    "32x32",
    "--clips",
    "0",
    "--workers",
    "2",
  ];
  return ["agent", "evaluate", ...chosen, "--policy", "expert", "--policy", "random", ...size, "--out", out];
}

/** A summary without what may differ from run to run. */
async function summaryOf(folder: string): Promise<unknown> {
  const { times, ...rest } = JSON.parse(await readFile(join(folder, "summary.json"), "utf8")) as Record<
    string,
    unknown
  >;
  expect(times).toBeDefined();
  return rest;
}

async function recordsIn(file: string): Promise<number> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").length - 1;
}

test("killed with -9 half-way and resumed, an evaluation ends with the summary of an uninterrupted one", async () => {
  const folder = await temporaryFolder();
  const [whole, broken] = [join(folder, "whole"), join(folder, "broken")];
  expect(await dsr(...evaluation(whole))).toMatchObject({ code: 0 });

  const victim = startDsr(evaluation(broken));
  const ended = once(victim, "close");
  const written = async (): Promise<number> =>
    (await recordsIn(join(broken, "expert/episodes.jsonl"))) + (await recordsIn(join(broken, "random/episodes.jsonl")));
  await expect.poll(written, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(4);
  victim.kill("SIGKILL");
  await ended;
  await expect(stat(join(broken, "random/summary.json"))).rejects.toThrow("ENOENT");

  const again = await dsr(...evaluation(broken));
  expect(again).toMatchObject({ code: 2, stdout: "" });
  expect(again.stderr).toContain("found a run");
  expect(await dsr(...evaluation(broken), "--resume")).toMatchObject({ code: 0 });
  for (const policy of ["expert", "random"]) {
    expect(await summaryOf(join(broken, policy))).toEqual(await summaryOf(join(whole, policy)));
  }
});

test("the table and the paths are printed, and the machine's form holds the contract's keys", async () => {
  const folder = await temporaryFolder();
  const { code, stdout } = await dsr(
    ...["agent", "evaluate", "--suite", "hostiles", "--policy", "expert", "--seeds", "2", "--episodes", "1"],
    ...["--image", "32x32", "--clips", "0", "--out", join(folder, "run")],
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/suite hostiles +\d+\.\d% ± \d/);
  expect(stdout).toContain(join(folder, "run/summary.json"));
  const summary: unknown = JSON.parse(await readFile(join(folder, "run/summary.json"), "utf8"));
  const task = {
    seeds: [
      { seed: "0", episodes: 1, successes: expect.any(Number), infrastructure: 0 },
      { seed: "1", episodes: 1, successes: expect.any(Number), infrastructure: 0 },
    ],
    mean: expect.any(Number),
    std: expect.any(Number),
    ddof: 1,
    wilson: [expect.any(Number), expect.any(Number)],
  };
  expect(summary).toMatchObject({
    policy: "expert",
    model: null,
    command: expect.stringContaining("--suite hostiles"),
    version: expect.any(String),
    suites: { hostiles: { mean: expect.any(Number), std: expect.any(Number) } },
    tasks: {
      combat_spider_plains_diamond_armors_diamond_sword_shield: task,
      combat_zombie_plains_diamond_armors_diamond_sword_shield: task,
      combat_zombie_pigman_nether_diamond_armors_diamond_sword_shield: task,
      combat_enderman_end_diamond_armors_diamond_sword_shield: task,
    },
  });
});

test("resuming with other settings is refused with what differs", async () => {
  const folder = await temporaryFolder();
  const base = [
    "agent",
    "evaluate",
    "--task",
    tasks[0] ?? "",
    "--policy",
    "random",
    "--max-steps",
    "5",
    "--image",
    "32x32",
  ];
  const options = ["--clips", "0", "--seeds", "1", "--out", join(folder, "run")];
  expect(await dsr(...base, ...options, "--episodes", "1")).toMatchObject({ code: 0 });
  const { code, stderr } = await dsr(...base, ...options, "--episodes", "2", "--resume");
  expect(code).toBe(2);
  expect(stderr.trim()).toMatch(/^dsr: resume .*expected the run's own episodes 1, found 2$/);
});

test("interrupting with Ctrl+C leaves a run that can be resumed", async () => {
  const folder = await temporaryFolder();
  const out = join(folder, "run");
  const child = startDsr(evaluation(out));
  const ended = outcomeOf(child);
  await expect
    .poll(() => recordsIn(join(out, "expert/episodes.jsonl")), { timeout: 60_000, interval: 20 })
    .toBeGreaterThan(0);
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/dsr: evaluation: stopped before its end/);
  expect(await dsr(...evaluation(out), "--resume")).toMatchObject({ code: 0 });
});

test("over a network that cuts connections at random, nothing is lost and the results are those of a calm one", async () => {
  const folder = await temporaryFolder();
  const server = await EnvServer.listen({ factories: [voxelWorldFactory] });
  onTestFinished(() => server.close());
  const random = createRandom("cuts");
  const proxy = await ChaosProxy.start({ target: server.url, meanBytesBetweenCuts: 80_000, random });
  onTestFinished(() => proxy.close());
  const chosen = [
    ...tasks.flatMap((task) => ["--task", task]),
    "--policy",
    "expert",
    "--seeds",
    "2",
    "--episodes",
    "2",
  ];
  const over = async (url: string, name: string): Promise<Record<string, unknown>> => {
    const out = join(folder, name);
    const outcome = await dsr(
      "agent",
      "evaluate",
      ...chosen,
      "--clips",
      "0",
      "--env",
      url,
      "--option",
      "imageSize=[32,32]",
      "--out",
      out,
    );
    expect(outcome.code, outcome.stderr).toBe(0);
    return (await summaryOf(out)) as Record<string, unknown>;
  };
  const calm = await over(server.url, "calm");
  const rough = await over(proxy.url, "rough");
  expect(proxy.cuts).toBeGreaterThan(3);
  expect(rough["infrastructure"]).toBe(0);
  expect(rough["tasks"]).toEqual(calm["tasks"]);
});
