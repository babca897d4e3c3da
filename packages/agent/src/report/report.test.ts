import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError, createRandom } from "@dsr/env-bridge/contract";
import { unzlibSync } from "fflate";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type EvaluationConfiguration, hashOf, type RunFile } from "../evaluation/configuration.js";
import type { EpisodeRecord } from "../evaluation/episode-records.js";
import { episodeSeed, jobKey, listJobs } from "../evaluation/jobs.js";
import { summarize } from "../evaluation/summarize.js";
import { rgbToI420 } from "@dsr/dsr-core/video";
import { Mp4Writer } from "@dsr/dsr-core/video";
import { rateOverEpisodes, stepsToSuccess } from "./curves.js";
import { escapeHtml, html } from "./html.js";
import { encodePng } from "./png.js";
import { writeReport } from "./write-report.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-report-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function configurationOf(policy: string, more: Partial<EvaluationConfiguration> = {}): EvaluationConfiguration {
  return {
    policy,
    policyOptions: {},
    model: null,
    suites: [
      { name: "animals", tasks: ["combat_cow_plains_diamond_armors_diamond_sword_shield", "harvest_1_chicken"] },
    ],
    tasks: ["combat_cow_plains_diamond_armors_diamond_sword_shield", "harvest_1_chicken", "other_task"],
    seeds: ["0", "1", "2"],
    episodes: 5,
    maxEpisodeSteps: 500,
    environment: { name: "corridor", url: null, options: {} },
    clips: { perTask: 1, environmentOptions: {} },
    ...more,
  };
}

/** Records drawn at a success rate; the last episode of seed 2 is lost. */
function recordsOf(configuration: EvaluationConfiguration, rate: number): Map<string, EpisodeRecord> {
  const random = createRandom(configuration.policy);
  const records = listJobs(configuration).map((job): EpisodeRecord => {
    const isLost = job.seed === "2" && job.episode === 4;
    const success = !isLost && random.float() < rate;
    const isFilmed = job.seed === "0" && job.episode === 0;
    const { policy, task, seed, episode } = job;
    return {
      policy,
      task,
      seed,
      episode,
      episodeSeed: episodeSeed(job),
      outcome: isLost ? "infrastructure" : "finished",
      success,
      steps: success ? 20 + random.integer(300) : 500,
      return: success ? 1 : 0,
      end: success ? "terminated" : "step-limit",
      error: isLost ? { code: "environment-crashed", message: "<script>alert('crash')</script>" } : null,
      clip: isFilmed ? `clips/${job.task}-0.mp4` : null,
      attempts: isLost ? 3 : 1,
      times: { finishedAt: "2026-01-01T00:00:00.000Z", wallMs: 900, decisionP50Ms: 1.5, decisionP99Ms: 3 },
    };
  });
  return new Map(records.map((record) => [jobKey(record), record]));
}

async function clip(): Promise<Uint8Array> {
  const writer = await Mp4Writer.open({ width: 64, height: 48, frameRate: 20, quality: { quantizer: 30 } });
  for (let step = 0; step < 4; step++) {
    const data = Uint8Array.from({ length: 64 * 48 * 3 }, (_, i) => (i + step * 9) % 251);
    await writer.add(rgbToI420({ width: 64, height: 48, data }));
  }
  return writer.finish();
}

async function writeRun(name: string, configuration: EvaluationConfiguration, rate: number): Promise<string> {
  const path = join(folder, name);
  const run: RunFile = {
    format: "dsr.evaluation-run",
    formatVersion: 1,
    version: "0.1.0",
    command: `dsr agent evaluate --policy ${configuration.policy} --out "<runs>"`,
    startedAt: "2026-01-01T00:00:00.000Z",
    hash: hashOf(configuration),
    configuration,
  };
  const records = recordsOf(configuration, rate);
  await mkdir(join(path, "clips"), { recursive: true });
  await writeFile(join(path, "run.json"), JSON.stringify(run));
  await writeFile(join(path, "episodes.jsonl"), [...records.values()].map((r) => `${JSON.stringify(r)}\n`).join(""));
  await writeFile(join(path, "summary.json"), JSON.stringify(summarize(run, records)));
  const bytes = await clip();
  for (const task of configuration.tasks) await writeFile(join(path, "clips", `${task}-0.mp4`), bytes);
  return path;
}

test("one self-contained page with rates, intervals, plots, clips, lost episodes and settings", async () => {
  const runs = [await writeRun("a", configurationOf("expert"), 1), await writeRun("b", configurationOf("random"), 0.1)];
  const out = join(folder, "report", "index.html");
  const written = await writeReport({ runs, out, title: "Hunt & harvest" });
  const page = await readFile(out, "utf8");
  expect(written).toMatchObject({ path: out, bytes: Buffer.byteLength(page), clips: 6 });
  expect(written.runs.map(({ label }) => label)).toEqual(["expert", "random"]);
  expect(page).toContain("<h1>Hunt &amp; harvest</h1>");
  for (const text of [
    "combat cow plains",
    "suite animals",
    "100.0 ± 0.0",
    "0:\u00A05/5, 1:\u00A05/5, 2:\u00A04/4",
    "version 0.1.0",
  ]) {
    expect(page).toContain(text);
  }
  expect(page.match(/<video\s/gu)?.length).toBe(6);
  expect(page.match(/<svg\s/gu)?.length).toBe(5);
  expect(page).toContain("environment-crashed: &lt;script&gt;");
  // nothing leaves the page: every address is data, and the only scripts are quoted ones
  const addresses = [...page.matchAll(/(?:src|href|poster)="([^"]{0,40})/gu)].map((match) => match[1] ?? "");
  expect(addresses.every((address) => /^data:(?:video\/mp4|image\/png);base64,/u.test(address))).toBe(true);
  expect(page).not.toMatch(/<script|<link|@import|url\(/u);
  expect(page).toContain("default-src 'none'");
});

test("the same folders give the same bytes; other policies of the same name are told apart by their folder", async () => {
  const a = await writeRun("a", configurationOf("dsr"), 0.5);
  await cp(a, join(folder, "b"), { recursive: true });
  const runs = [a, join(folder, "b")];
  await writeReport({ runs, out: join(folder, "1.html") });
  await writeReport({ runs, out: join(folder, "2.html") });
  const [one, two] = [await readFile(join(folder, "1.html"), "utf8"), await readFile(join(folder, "2.html"), "utf8")];
  expect(one).toBe(two);
  expect(one).toContain("dsr (a)");
  expect(one).toContain("dsr (b)");
});

test("runs of one policy are named by the part of their paths that differs", async () => {
  const named = ["c/48/evaluation", "c/719/evaluation", "d/48/evaluation"];
  const runs: string[] = [];
  for (const name of named) runs.push(await writeRun(name, configurationOf("dsr"), 0.5));
  const labels = async (which: readonly string[]): Promise<readonly string[]> =>
    (await writeReport({ runs: which, out: join(folder, "r.html") })).runs.map(({ label }) => label);
  expect(await labels(runs.slice(0, 2))).toEqual(["dsr (48)", "dsr (719)"]);
  expect(await labels(runs)).toEqual(["dsr (c/48)", "dsr (719)", "dsr (d/48)"]);
  const [first = ""] = runs;
  expect(await labels([first, first])).toEqual(["dsr (evaluation)", "dsr (evaluation)"]);
});

test("success rates over what runs differ in: a line a suite, a point with its interval a run", async () => {
  const rates = [0.2, 0.9, 0.6];
  const runs: string[] = [];
  for (const rate of rates) runs.push(await writeRun(String(rate), configurationOf("dsr"), rate));
  const out = join(folder, "r.html");
  const over = { name: "demonstrations", values: [48, 719, 180] };
  const { runs: shown } = await writeReport({ runs, out, over });
  const page = await readFile(out, "utf8");
  const section = /<h2>Over demonstrations<\/h2>.*?<\/section>/su.exec(page)?.[0] ?? "";
  const heights = [...section.matchAll(/<circle[^>]* cx="([\d.]+)" cy="([\d.]+)"/gu)].map((match) => match.slice(1, 3));
  // 44 to 488 across is 0 to 719, 220 to 10 upwards is 0 to 100%
  const expected = [0, 2, 1].map((at) => {
    const mean = shown[at]?.summary.suites["animals"]?.mean ?? NaN;
    return [44 + (444 * (over.values[at] ?? NaN)) / 719, 220 - 210 * mean].map((value) => Math.round(10 * value) / 10);
  });
  expect(heights.map((point) => point.map(Number))).toEqual(expected);
  expect(section.match(/<path/gu)).toHaveLength(1 + rates.length);
  await expect(writeReport({ runs, out, over: { name: "steps", values: [1, 2] } })).rejects.toThrow(
    "report, steps: expected 3 values, one a folder, found 2",
  );
  await expect(writeReport({ runs, out, over: { name: "steps", values: [1, 2, NaN] } })).rejects.toThrow(InputError);
});

test("clips keep to their budget, and those that are missing or outside the folder are left out", async () => {
  const path = await writeRun("a", configurationOf("expert"), 1);
  const size = (await clip()).byteLength;
  const small = await writeReport({ runs: [path], out: join(folder, "r.html"), maxClipBytes: 4 * size });
  expect(small.clips).toBeGreaterThan(0);
  expect(small.clips).toBeLessThan(3);
  await rm(join(path, "clips", "other_task-0.mp4"));
  const records = await readFile(join(path, "episodes.jsonl"), "utf8");
  await writeFile(join(path, "episodes.jsonl"), records.replace("clips/harvest_1_chicken-0.mp4", "../a/clips/x.mp4"));
  expect((await writeReport({ runs: [path], out: join(folder, "r.html") })).clips).toBe(1);
});

test("folders without a finished run are refused in one line, and nothing is written", async () => {
  const out = join(folder, "r.html");
  await expect(writeReport({ runs: [], out })).rejects.toThrow(InputError);
  await expect(writeReport({ runs: [folder], out })).rejects.toThrow(/expected a run's folder with run\.json/u);
  const path = await writeRun("a", configurationOf("expert"), 1);
  await writeFile(join(path, "summary.json"), "{}");
  await expect(writeReport({ runs: [path], out })).rejects.toThrow(/summary\.json: expected a summary, found format/u);
  await rm(join(path, "summary.json"));
  await expect(writeReport({ runs: [path], out })).rejects.toThrow(/expected the summary of a finished run/u);
  expect((await readdir(folder)).toSorted()).toEqual(["a"]);
});

test("curves: a staircase that ends at the success rate, and a rate that settles", () => {
  const records = [...recordsOf(configurationOf("x"), 0.5).values()];
  const finished = records.filter((record) => record.outcome === "finished");
  const rate = finished.filter((record) => record.success).length / finished.length;
  const steps = stepsToSuccess(records, 500);
  expect(steps.at(-1)).toEqual([500, rate]);
  steps.slice(1).forEach(([x, y], i) => {
    expect(x).toBeGreaterThanOrEqual(steps[i]?.[0] ?? 0);
    expect(y).toBeGreaterThanOrEqual(steps[i]?.[1] ?? 0);
  });
  const settling = rateOverEpisodes(records);
  expect(settling.length).toBe(5);
  expect(settling.at(-1)?.[1]).toBeCloseTo(rate, 12);
  expect([stepsToSuccess([], 500), rateOverEpisodes([])]).toEqual([[], []]);
});

test("inserted values are escaped, markup is not", () => {
  expect(html`<b title="${`"'<&>`}">${[1, html`<i></i>`, null, false]}</b>`.text).toBe(
    '<b title="&quot;&#39;&lt;&amp;&gt;">1<i></i></b>',
  );
  expect(escapeHtml("<")).toBe("&lt;");
});

test("PNG files hold the picture", () => {
  const data = Uint8Array.from({ length: 5 * 3 * 3 }, (_, i) => (i * 37) % 256);
  const png = encodePng({ width: 5, height: 3, data });
  const view = new DataView(png.buffer, png.byteOffset);
  expect([view.getUint32(16), view.getUint32(20)]).toEqual([5, 3]);
  // the check sum of an empty IEND chunk is the same in every PNG file
  expect([...png.subarray(-4)]).toEqual([0xae, 0x42, 0x60, 0x82]);
  const length = view.getUint32(33);
  const rows = unzlibSync(png.subarray(41, 41 + length));
  const unfiltered = [0, 1, 2].flatMap((y) => {
    const row = rows.subarray(y * 16 + 1, (y + 1) * 16);
    for (let i = 3; i < row.length; i++) row[i] = (row[i] ?? 0) + (row[i - 3] ?? 0);
    return Array.from(row);
  });
  expect(unfiltered).toEqual([...data]);
});
