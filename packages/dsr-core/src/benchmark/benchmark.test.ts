// Scoring an answerer: records that survive stops, blind answers beside, failures that wait for the next run.
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { CoreError, CoreInputError } from "../errors.js";
import { scriptedAnswerer } from "../perception/test/index.js";
import type { Clip } from "../perception/index.js";
import {
  formatBenchParquet,
  formatBenchTsv,
  letters,
  type QuestionItem,
  questionTypes,
  type RandomSource,
} from "../questions/index.js";
import {
  AnswerRecords,
  benchmarkReport,
  blindClip,
  formatBenchmarkTable,
  hashQuestions,
  paperRows,
  readBenchmark,
  runBenchmark,
} from "./index.js";

function countingRandom(): RandomSource {
  let state = 1;
  const float = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
  return { float, integer: (n) => Math.floor(float() * n) };
}

/** Two questions of every type on three videos; letters in turn. */
const items: readonly QuestionItem[] = questionTypes.flatMap((type, i) =>
  [0, 1].map((j) => ({
    video: `v${(2 * i + j) % 3}`,
    type,
    question: `${type} ${j}: what happens?`,
    options: ["(1) Front.", "(1) Behind.", "(1) Left.", "(1) Right."],
    correct: letters[(i + 2 * j) % 4] ?? "A",
  })),
);
const right = (question: string): number =>
  letters.indexOf(items.find((item) => item.question === question)?.correct ?? "A");
const clip: Clip = {
  ...blindClip(),
  frames: blindClip().frames.map((frame) => ({ ...frame, data: frame.data.map(() => 9) })),
};
const isBlind = (seen: Clip): boolean => seen.frames[0]?.data[0] === 128;
const settings = { model: "scripted", questions: hashQuestions(items), scoring: "letter", frames: null };

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dsr-benchmark-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const base = { items, blind: true, scoring: "letter", concurrency: 2, openClip: async () => clip } as const;

test("right with the video, always A without: 100 and a quarter, by type and over all", async () => {
  const records = await AnswerRecords.open(await freshFolder(), settings, false);
  const answerer = scriptedAnswerer(({ clip: seen, question }) => (isBlind(seen) ? 0 : right(question)));
  const { answers, failed } = await runBenchmark({ ...base, answerer, records });
  const report = benchmarkReport(items, answers, { model: "scripted", random: countingRandom() });
  expect(failed).toBe(0);
  expect(report).toMatchObject({ score: 100, n: 26, scoring: "letter", unanswered: 0, faults: 0 });
  const rightBlind = items.filter(({ correct }) => correct === "A").length;
  expect(report.blind).toBeCloseTo((100 * rightBlind) / 26, 9);
  expect(Object.keys(report.byType)).toEqual([...questionTypes]);
  expect(report.byType.abs_dis).toEqual({ score: 100, n: 2, blind: 50 });
  expect(Object.keys(report.priors)).toEqual(expect.arrayContaining(["frequency", "length", "position"]));
  const table = formatBenchmarkTable(report);
  expect(table).toMatch(/^scripted +100\.0/m);
  expect(table).toMatch(/^the paper's model +87\.0 .* 58\.9$/m);
  expect(table.split("\n").every((line) => line.length <= 112)).toBe(true);
});

test("a stopped run goes on: nothing is asked twice, a line cut short is asked again", async () => {
  const folder = await freshFolder();
  const stop = new AbortController();
  const first = scriptedAnswerer(({ question }, call) => {
    if (call === 9) stop.abort(new Error("stopped"));
    return right(question);
  });
  const records = await AnswerRecords.open(folder, settings, false);
  await expect(runBenchmark({ ...base, answerer: first, records, signal: stop.signal })).rejects.toThrow("stopped");
  const kept = (await readFile(join(folder, "answers.jsonl"), "utf8")).split("\n").length - 1;
  await appendFile(join(folder, "answers.jsonl"), '{"question":1,"vi');
  const second = scriptedAnswerer(({ question }) => right(question));
  const again = await AnswerRecords.open(folder, settings, true);
  const { answers } = await runBenchmark({ ...base, answerer: second, records: again });
  expect(answers).toHaveLength(52);
  expect(second.requests).toHaveLength(52 - kept);
  expect(new Set(answers.map(({ question, view }) => `${question} ${view}`)).size).toBe(52);
  await expect(AnswerRecords.open(folder, settings, false)).rejects.toThrow("found a run; --resume goes on with it");
  await expect(AnswerRecords.open(folder, { ...settings, model: "other" }, true)).rejects.toThrow(
    "expected the run's own model 'scripted', found 'other'",
  );
});

test("a broken video is told and left out; a server that fails leaves its questions for the next run", async () => {
  const folder = await freshFolder();
  const openClip = async (video: string): Promise<Clip> => {
    if (video === "v1") throw new CoreInputError("video v1: expected a file, found none");
    return clip;
  };
  const failing = scriptedAnswerer(({ question }) =>
    question.startsWith("abs_dis")
      ? new CoreError("server: expected an answer, found 503", { retriable: true })
      : right(question),
  );
  const records = await AnswerRecords.open(folder, settings, false);
  const run = await runBenchmark({ ...base, answerer: failing, records, openClip, blind: false });
  const broken = items.filter(({ video }) => video === "v1").length;
  expect(run.failed).toBe(1); // the other one is on v1
  expect(run.failure).toContain("503");
  const report = benchmarkReport(items, run.answers, { model: "scripted", random: countingRandom() });
  expect(report).toMatchObject({ n: 26 - broken - 1, faults: broken, blind: null, score: 100 });
  const well = scriptedAnswerer(({ question }) => right(question));
  const next = await runBenchmark({ ...base, answerer: well, records, openClip, blind: false });
  expect([next.failed, well.requests.length]).toEqual([0, 1]);
});

test("replies that choose no option are wrong and counted", async () => {
  const records = await AnswerRecords.open(await freshFolder(), settings, false);
  const { answers } = await runBenchmark({
    ...base,
    answerer: scriptedAnswerer(["I cannot tell"]),
    records,
    blind: false,
  });
  const report = benchmarkReport(items, answers, { model: "scripted", random: countingRandom() });
  expect(report).toMatchObject({ score: 0, unanswered: 26, scoring: "text" });
});

test("a model that cannot be asked at all ends the run", async () => {
  const records = await AnswerRecords.open(await freshFolder(), settings, false);
  const answerer = scriptedAnswerer([new CoreInputError("scoring: expected 'letter'")]);
  await expect(runBenchmark({ ...base, answerer, records })).rejects.toThrow("scoring: expected 'letter'");
});

test("reads data folders, Parquet and TSV alike", async () => {
  const folder = await freshFolder();
  await writeFile(join(folder, "items.jsonl"), items.map((item) => `${JSON.stringify(item)}\n`).join(""));
  await writeFile(join(folder, "b.parquet"), await formatBenchParquet(items));
  await writeFile(join(folder, "b.tsv"), formatBenchTsv(items));
  for (const path of [folder, join(folder, "b.parquet"), join(folder, "b.tsv")])
    expect(await readBenchmark(path)).toEqual(items);
  await expect(readBenchmark(join(folder, "none.tsv"))).rejects.toThrow("expected a file or a data folder");
});

test("the paper's rows are complete, and their averages are sample-weighted, not plain means", () => {
  expect(paperRows).toHaveLength(16);
  for (const { byType } of paperRows) expect(byType).toHaveLength(13);
  const ours = paperRows.at(-1);
  const mean = (ours?.byType.reduce((sum, score) => sum + score, 0) ?? 0) / 13;
  expect(mean).toBeCloseTo(64.2, 1);
  expect(ours?.average).toBe(58.9);
});
