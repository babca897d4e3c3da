// What people come for: Python's environments played and checked by the command line, and a worker killed in the middle of
// an evaluation.
import { type ChildProcess, execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { dsr, outcomeOf, root, startDsr, temporaryFolder } from "../support/command.js";
import { servePython, skipNote, skipsPython } from "./support/servers.js";

const run = promisify(execFile);
const skips = skipsPython("gymnasium", "mujoco", "ale_py", "imageio");
const note = skipNote(skips, "gymnasium, mujoco, imageio and ale-py");
const skipsServer = skipsPython();

async function serve(target: string, ...further: string[]): Promise<{ readonly url: string; readonly pid: number }> {
  const server = await servePython([target], further);
  onTestFinished(() => server.close());
  return { url: server.url, pid: server.child.pid ?? 0 };
}

test.skipIf(skips).each([
  ["CartPole", "gymnasium:CartPole-v1", []],
  ["an arm of MuJoCo", "gymnasium:Reacher-v5", ["--option", "render=true"]],
  ["Atari's pixels", "gymnasium:ALE/Breakout-v5", []],
])(`%s is checked and played${note}`, async (_, target, further) => {
  const { url } = await serve(target, ...further);
  const checked = await dsr("env", "check", url);
  expect(checked.stdout).toMatch(/keeps the environment contract/);
  expect(checked.code).toBe(0);
  const played = await dsr(
    "agent",
    "run",
    "--env",
    url,
    "--policy",
    "random",
    "--max-steps",
    "40",
    "--seed",
    "7",
    "--json",
  );
  expect(played.stderr).toBe("");
  const { episodes } = JSON.parse(played.stdout) as {
    episodes: readonly { readonly steps: number; readonly end: string }[];
  };
  expect(episodes[0]?.steps).toBeGreaterThan(0);
  expect(["terminated", "truncated", "step-limit"]).toContain(episodes[0]?.end);
});

test.skipIf(skips)(`the robot example perceives and touches the moving ball${note}`, async () => {
  const { url } = await serve("dsr_env_bridge.robots:moving_target_arm");
  const checked = await dsr("env", "check", url);
  expect(checked.stdout).toMatch(/keeps the environment contract/);
  const { stdout } = await run(process.execPath, [join(root, "examples/dist/robot-perception.js"), url]);
  expect(stdout).toMatch(/frames 0–7: the ball moves (left|right|up|down)[\s\S]*touched the ball in \d+ steps/);
});

interface EpisodeCounts {
  readonly episodes: number;
  readonly infrastructure: number;
}

/** Worker processes of a server. */
function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(/\s+/).map(Number);
}

const skipsKill = skipsServer || !existsSync("/proc/self/task");
const killNote = skipNote(skipsKill, "its packages, or /proc,");

test.skipIf(skipsKill)(`kill -9 of a worker is counted apart, and the evaluation goes on${killNote}`, async () => {
  const { url, pid } = await serve(
    "dsr_env_bridge.testing:grid",
    "--option",
    "cells=5000",
    "--option",
    "maxEpisodeSteps=800",
  );
  const out = join(await temporaryFolder(), "run");
  const task = ["--task", "reach", "--policy", "random", "--seeds", "1", "--episodes", "4", "--max-steps", "800"];
  const evaluation = startDsr(
    [
      "agent",
      "evaluate",
      "--env",
      url,
      ...task,
      "--workers",
      "1",
      "--retries",
      "0",
      "--clips",
      "0",
      "--no-report",
    ].concat(["--out", out, "--json"]),
  );
  const outcome = outcomeOf(evaluation);
  // One episode is over, so the next one is on its way.
  await saysOnStderr(evaluation, "1/4 episodes");
  const [victim = 0] = childrenOf(pid);
  process.kill(victim, "SIGKILL");
  const { stdout, stderr } = await outcome;
  const { runs } = JSON.parse(stdout) as {
    runs: readonly { summary: { tasks: Readonly<Record<string, { seeds: readonly EpisodeCounts[] }>> } }[];
  };
  expect(runs[0]?.summary.tasks["reach"]?.seeds, stderr).toEqual([
    expect.objectContaining({ episodes: 3, infrastructure: 1 }),
  ]);
  expect(childrenOf(pid)).not.toContain(victim);
});

/** Resolves when a process has written a text on standard error. */
function saysOnStderr(child: ChildProcess, text: string): Promise<void> {
  let said = "";
  return new Promise((resolve) => {
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(text)) resolve();
    });
  });
}
