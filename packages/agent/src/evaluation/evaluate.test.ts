import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, cp, readFile, readdir, writeFile } from "node:fs/promises";
import { EnvServer } from "@dsr/env-bridge";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { readVideo } from "@dsr/dsr-core/video";
import { readRecords } from "./episode-records.js";
import { type EvaluateOptions, evaluate } from "./evaluate.js";
import { CorridorEvaluations, tasks, workerModule } from "./fixtures/corridor-evaluation.js";
import { corridorFactory } from "./fixtures/corridor.mjs";
import type { EvaluationProgress } from "./progress.js";

/** One undisturbed run that others are compared with. */
let baseline: CorridorEvaluations;
beforeAll(async () => {
  baseline = await CorridorEvaluations.create();
  await baseline.run("whole", { workers: 1 });
});
afterAll(() => baseline.remove());

let at: CorridorEvaluations;
beforeEach(async () => {
  at = await CorridorEvaluations.create();
});
afterEach(() => at.remove());

test("plays every episode over worker processes and writes records, summary and clips", async () => {
  const events: EvaluationProgress[] = [];
  const result = await at.run("a", { recordClips: 1, onProgress: (event) => events.push(event) });
  expect(result.lost).toBe(0);
  const summary = await at.summaryOf("a");
  expect(summary).toEqual(result.runs[0]?.summary);
  expect(Object.keys(summary.tasks)).toEqual(tasks);
  expect(summary.tasks["reach_left"]?.seeds.map(({ seed, episodes }) => [seed, episodes])).toEqual([
    ["0", 4],
    ["1", 4],
    ["2", 4],
  ]);
  const records = [...(await readRecords(at.path("a", "episodes.jsonl"))).values()];
  expect(records.length).toBe(24);
  expect(records.filter((record) => record.success).length).toBe(
    Object.values(summary.tasks).reduce((sum, task) => sum + task.successes, 0),
  );
  expect(records.every((record) => record.times.decisionP50Ms !== null && record.attempts === 1)).toBe(true);
  expect(events.map((event) => event.done)).toEqual(Array.from({ length: 25 }, (_, i) => i));
  expect(events.at(-1)).toMatchObject({ total: 24, infrastructure: 0, etaMs: 0 });
  const filmed = records.filter((record) => record.clip !== null);
  expect(filmed.map((record) => record.clip).toSorted()).toEqual(["clips/reach_left-0.mp4", "clips/reach_right-0.mp4"]);
  for (const record of filmed) {
    let frames = 0;
    for await (const frame of readVideo(at.path("a", record.clip ?? ""))) frames += frame.height === 16 ? 1 : 0;
    expect(frames).toBe(record.steps + 1);
  }
  expect((await readdir(at.path("a"))).toSorted()).toEqual(["clips", "episodes.jsonl", "run.json", "summary.json"]);
});

test("several policies face the same worlds, each in its own folder", async () => {
  const result = await at.run("a", { policies: ["walker", "random"], episodes: 2, seeds: ["x", 9n] });
  expect(result.runs.map(({ policy, folder: path }) => [policy, path])).toEqual([
    ["walker", at.path("a", "walker")],
    ["random", at.path("a", "random")],
  ]);
  const seedsOf = async (policy: string): Promise<string[]> =>
    [...(await readRecords(at.path("a", policy, "episodes.jsonl"))).values()].map((r) => r.episodeSeed).toSorted();
  expect(await seedsOf("walker")).toEqual(await seedsOf("random"));
  expect(await seedsOf("walker")).toContain("9/reach_left/1");
});

test("the number of workers changes nothing but times", async () => {
  await at.run("three", { workers: 3 });
  expect(await at.resultOf("three")).toEqual(await baseline.resultOf("whole"));
});

test("workers that crash are replaced and their episodes played again: the same summary, nothing lost", async () => {
  process.env["CORRIDOR_FAULTS"] = "crash-once";
  process.env["CORRIDOR_FOLDER"] = at.folder;
  const result = await at.run("stormy");
  expect(result.lost).toBe(0);
  expect(await at.resultOf("stormy")).toEqual(await baseline.resultOf("whole"));
  const records = [...(await readRecords(at.path("stormy", "episodes.jsonl"))).values()];
  expect(records.filter((record) => record.attempts === 2).length).toBe(6);
});

test("what fails every time is counted apart, never as a failed episode", async () => {
  const environment = { name: "corridor", options: { throwOn: "reach_left/2" } };
  const result = await at.run("a", { environment });
  expect(result.lost).toBe(3);
  const summary = await at.summaryOf("a");
  expect(summary.infrastructure).toBe(3);
  expect(summary.tasks["reach_left"]?.seeds[0]).toMatchObject({ episodes: 3, infrastructure: 1 });
  expect(summary.tasks["reach_right"]?.seeds[0]).toMatchObject({ episodes: 4, infrastructure: 0 });
  const lost = [...(await readRecords(at.path("a", "episodes.jsonl"))).values()].filter(
    (r) => r.outcome !== "finished",
  );
  expect(lost.map((record) => record.episodeSeed).toSorted()).toEqual([0, 1, 2].map((s) => `${s}/reach_left/2`));
  expect(lost[0]).toMatchObject({ attempts: 2, success: false });
  expect(lost[0]?.error?.message).toMatch(/collapsed|crashed|failed/u);
});

test("an environment that hangs costs its episode, not the evaluation", async () => {
  const environment = { name: "corridor", options: { hangOn: "1/reach_left/0" } };
  const result = await at.run("a", { environment, frameTimeoutMs: 300, retries: 0 });
  expect(result.lost).toBe(1);
  const records = await readRecords(at.path("a", "episodes.jsonl"));
  expect(records.get("1/reach_left/0")?.error?.code).toBe("timeout");
});

test("resuming tries lost episodes again", async () => {
  const environment = { name: "corridor", options: { throwOn: "reach_left/2" } };
  expect((await at.run("a", { environment })).lost).toBe(3);
  const played: (string | undefined)[] = [];
  const onProgress = (event: EvaluationProgress): void => void played.push(event.record?.episodeSeed);
  expect((await at.run("a", { environment, resume: true, onProgress })).lost).toBe(3);
  expect(played.toSorted()).toEqual([...[0, 1, 2].map((s) => `${s}/reach_left/2`), undefined]);
});

test("a torn last line is cut off and its episode played again", async () => {
  await cp(baseline.path("whole"), at.path("torn"), { recursive: true });
  const path = at.path("torn", "episodes.jsonl");
  const content = await readFile(path, "utf8");
  await writeFile(path, content.slice(0, -25));
  await at.run("torn", { resume: true });
  expect(await at.resultOf("torn")).toEqual(await baseline.resultOf("whole"));
  expect((await readFile(path, "utf8")).trim().split("\n").length).toBe(24);
});

/** Runs a whole evaluation in a process of its own that kills itself with -9 after some episodes. */
async function playUntilKilled(options: EvaluateOptions, episodes: number): Promise<unknown> {
  const program = new URL("fixtures/evaluate-process.mjs", import.meta.url);
  const settings = JSON.stringify({ ...options, workerModule: workerModule.href });
  const child = spawn(process.execPath, [program.pathname, settings, String(episodes)], { stdio: "inherit" });
  const [, signal] = await once(child, "close");
  return signal;
}

test("killed with -9 and resumed: the same summary as without the interruption", async () => {
  const options = at.optionsFor("killed");
  const records = at.path("killed", "episodes.jsonl");
  expect(await playUntilKilled({ ...options, resume: true }, 4)).toBe("SIGKILL");
  expect(await playUntilKilled({ ...options, resume: true }, 6)).toBe("SIGKILL");
  const before = (await readRecords(records)).size;
  // the other worker's episode may have ended just before the kill
  expect(before).toBeGreaterThanOrEqual(10);
  expect(before).toBeLessThanOrEqual(12);
  await appendFile(records, '{"policy":"walker","ta');
  const played: unknown[] = [];
  await evaluate({ ...options, resume: true, onProgress: (event) => event.record !== null && played.push(event) });
  expect(played.length).toBe(24 - before);
  expect(await at.resultOf("killed")).toEqual(await baseline.resultOf("whole"));
});

test("aborting stops the evaluation; what was played stays", async () => {
  const abort = new AbortController();
  const onProgress = ({ done }: EvaluationProgress): void => void (done === 5 && abort.abort());
  await expect(at.run("a", { signal: abort.signal, onProgress })).rejects.toMatchObject({ code: "cancelled" });
  const records = await readRecords(at.path("a", "episodes.jsonl"));
  expect(records.size).toBeGreaterThanOrEqual(5);
  expect(records.size).toBeLessThan(24);
  await at.run("a", { resume: true });
  expect(Object.keys((await at.summaryOf("a")).tasks)).toEqual(tasks);
});

test("environments behind a URL, with a token", async () => {
  const server = await EnvServer.listen({
    factories: [corridorFactory()],
    host: "127.0.0.1",
    port: 0,
    token: "secret",
  });
  try {
    await at.run("there", { environment: { url: server.url, token: "secret" } });
    expect((await at.resultOf("there")).tasks).toEqual((await baseline.resultOf("whole")).tasks);
    expect(await readFile(at.path("there", "run.json"), "utf8")).not.toContain("secret");
    const wrong = at.run("wrong", { environment: { url: server.url, token: "other" } });
    await expect(wrong).rejects.toMatchObject({ code: "unauthorized" });
  } finally {
    await server.close();
  }
});
