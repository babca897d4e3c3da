import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "@dsr/env-bridge/contract";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { canonicalJson, checkSameConfiguration, configurationSchema, hashOf } from "./configuration.js";
import { type EpisodeRecord, RecordLog, readRecords } from "./episode-records.js";
import { jobKey, listJobs } from "./jobs.js";
import { summarize } from "./summarize.js";
import { findSuite, suites } from "./suites.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-records-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function recordOf(episode: number, more: Partial<EpisodeRecord> = {}): EpisodeRecord {
  return {
    policy: "p",
    task: "hunt",
    seed: "0",
    episode,
    episodeSeed: `0/hunt/${episode}`,
    outcome: "finished",
    success: episode % 2 === 0,
    steps: 10 + episode,
    return: 1,
    end: "terminated",
    error: null,
    clip: null,
    attempts: 1,
    times: { finishedAt: "2026-01-01T00:00:00.000Z", wallMs: 1, decisionP50Ms: null, decisionP99Ms: null },
    ...more,
  };
}

const configuration = configurationSchema.parse({
  policy: "p",
  policyOptions: {},
  model: null,
  suites: [{ name: "s", tasks: ["hunt", "fish"] }],
  tasks: ["hunt", "fish"],
  seeds: ["0", "1"],
  episodes: 4,
  maxEpisodeSteps: 500,
  environment: { name: "world", url: null, options: {} },
  clips: { perTask: 0, environmentOptions: {} },
});
const run = {
  format: "dsr.evaluation-run",
  formatVersion: 1,
  version: "0",
  command: "",
  startedAt: "2026-01-01T00:00:00.000Z",
  hash: hashOf(configuration),
  configuration,
} as const;

test("a file cut at any byte keeps the records of its whole lines, and goes on behind them", async () => {
  const path = join(folder, "episodes.jsonl");
  const lines = [0, 1, 2].map((episode) => `${JSON.stringify(recordOf(episode))}\n`);
  const content = lines.join("");
  await fc.assert(
    fc.asyncProperty(fc.nat(content.length), async (cut) => {
      await writeFile(path, content.slice(0, cut));
      const log = await RecordLog.open(path);
      const whole = content.slice(0, cut).split("\n").length - 1;
      expect(log.records.size).toBe(whole);
      await log.append(recordOf(9));
      await log.close();
      expect(await readFile(path, "utf8")).toBe(`${lines.slice(0, whole).join("")}${JSON.stringify(recordOf(9))}\n`);
    }),
    { numRuns: 40 },
  );
});

test("of two records of an episode the later counts, and a broken line is named", async () => {
  const path = join(folder, "episodes.jsonl");
  const lost = recordOf(0, { outcome: "infrastructure", success: false });
  await writeFile(path, `${JSON.stringify(lost)}\n${JSON.stringify(recordOf(0))}\n`);
  expect((await readRecords(path)).get("0/hunt/0")?.outcome).toBe("finished");
  await writeFile(path, `${JSON.stringify(recordOf(0))}\n{"policy":"p"}\n`);
  await expect(readRecords(path)).rejects.toThrow(/episodes\.jsonl:2: expected an episode record, found task/u);
});

test("jobs: every episode once, whatever the configuration", () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(names, names, fc.integer({ min: 1, max: 5 }), (tasks, seeds, episodes) => {
      const jobs = listJobs({ ...configuration, tasks, seeds, episodes });
      expect(new Set(jobs.map((job) => JSON.stringify([job.task, job.seed, job.episode]))).size).toBe(jobs.length);
      expect(jobs.length).toBe(tasks.length * seeds.length * episodes);
    }),
  );
});

test("a summary does not depend on the order of records, and counts lost episodes apart", () => {
  const records = listJobs(configuration).map((job, i) =>
    recordOf(job.episode, {
      task: job.task,
      seed: job.seed,
      success: i % 3 === 0,
      outcome: job.task === "fish" && job.seed === "1" ? "infrastructure" : "finished",
    }),
  );
  const byKey = (list: readonly EpisodeRecord[]): Map<string, EpisodeRecord> =>
    new Map(list.map((record) => [jobKey(record), record]));
  const summary = summarize(run, byKey(records));
  expect(summarize(run, byKey(records.toReversed()))).toEqual(summary);
  expect(summary.infrastructure).toBe(4);
  expect(summary.tasks["fish"]).toMatchObject({ episodes: 4, infrastructure: 4, std: null, ddof: 1 });
  // the seed without any result is left out of the mean instead of counting as 0
  expect(summary.tasks["fish"]?.mean).toBe((summary.tasks["fish"]?.seeds[0]?.successes ?? 0) / 4);
  expect(summary.suites["s"]?.seeds[1]?.mean).toBe((summary.tasks["hunt"]?.seeds[1]?.successes ?? 0) / 4);
});

test("a summary of nothing says nothing", () => {
  const summary = summarize(run, new Map());
  expect(summary.tasks["hunt"]).toMatchObject({ mean: null, std: null, wilson: [0, 1], bootstrap: null, episodes: 0 });
  expect(summary.suites["s"]).toMatchObject({ mean: null, iqm: null });
});

test("configurations are equal by value; a difference is named", () => {
  expect(canonicalJson({ b: 1n, a: { d: [1], c: null } })).toBe('{"a":{"c":null,"d":[1]},"b":"1n"}');
  const reordered = configurationSchema.parse({
    ...configuration,
    environment: { options: {}, url: null, name: "world" },
  });
  expect(hashOf(reordered)).toBe(hashOf(configuration));
  checkSameConfiguration(run, reordered, "out");
  const other = { ...configuration, episodes: 5, seeds: ["0"] };
  expect(() => checkSameConfiguration(run, other, "out")).toThrow(InputError);
  expect(() => checkSameConfiguration(run, other, "out")).toThrow(
    /own seeds \["0","1"\], found \["0"\] \(and episodes\)/u,
  );
});

test("the suites are those of the paper's Table 12", () => {
  expect(suites.map((suite) => [suite.name, suite.tasks.length])).toEqual([
    ["animals", 8],
    ["hostiles", 4],
  ]);
  expect(findSuite("hostiles").tasks).toContain("combat_enderman_end_diamond_armors_diamond_sword_shield");
  expect(() => findSuite("hostile")).toThrow(/did you mean 'hostiles'/u);
});
