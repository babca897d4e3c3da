import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { CoreError, CoreInputError } from "@dsr/dsr-core/errors";
import {
  parseBenchParquet,
  parseBenchTsv,
  parsePipelineJson,
  parseTrainingJson,
  type QuestionItem,
} from "@dsr/dsr-core/questions";
import { parseClues } from "@dsr/dsr-core/geometry";
import { expect, onTestFinished, test } from "vitest";
import { sha256 } from "../../checkpoints/manifest.js";
import { dataStatistics, readItems } from "../data-statistics.js";
import { templateGenerator } from "../generate/template-generator.js";
import { walkingSource, type WalkingFaults } from "../fixtures/walking-source.js";
import { plotStatistics } from "../statistics-plot.js";
import { buildData, type BuildDataOptions } from "./build-data.js";
import { itemFiles } from "./write-items.js";

const videos = 6;

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "dsr-data-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return join(path, "data");
}

function optionsFor(out: string, faults: WalkingFaults = {}): BuildDataOptions {
  return {
    out,
    source: walkingSource("s", faults),
    generators: [templateGenerator({ dialect: "paper", perClip: 150, leastMargin: 0.05, mostClauses: 15 })],
    videos,
    qas: 96,
    seed: "s",
    rule: "balanced",
    dialect: "paper",
    resume: false,
    now: () => 0,
  };
}

/** Every file of a folder by its path, hashed. */
async function bytesOf(root: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hashed = await Promise.all(
    files.toSorted().map(async (path) => [relative(root, path), sha256(await readFile(path))]),
  );
  return Object.fromEntries(hashed) as Record<string, string>;
}

const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });

test("a build writes every official file, and all of them hold the same items", async () => {
  const out = await folder();
  const result = await buildData(optionsFor(out));
  expect(result).toMatchObject({ videos, skipped: 0, items: 96 });
  const read = (name: string): Promise<string> => readFile(join(out, name), "utf8");
  const bare = ({ video, type, question, options, correct }: QuestionItem): string =>
    JSON.stringify({ video, type, question, options, correct });
  const items = (await readItems(out)).map(bare).toSorted();
  const same = (list: readonly QuestionItem[]): void => expect(list.map(bare).toSorted()).toEqual(items);
  same(parsePipelineJson(await read(itemFiles.pipeline), "a"));
  same(parseTrainingJson(await read(itemFiles.training), "a"));
  same(parseBenchTsv(await read(itemFiles.tsv), "a"));
  same(await parseBenchParquet(await readFile(join(out, itemFiles.benchmark)), "a"));
  expect(parseClues(await read("clues/walk-3.json"), "a").video.id).toBe("walk-3");
  const statistics = await dataStatistics(out, { leakage: true });
  expect(statistics.byLetter).toEqual({ A: 24, B: 24, C: 24, D: 24 });
  const priors = statistics.leakage?.scorers.filter(({ name }) => name !== "text") ?? [];
  expect(priors.map(({ overall }) => overall.score)).toEqual([25, 25, 25]);
  const plot = plotStatistics(statistics);
  expect(plot).toMatch(/^<svg [^>]*>\n[\s\S]*Types of 96 questions[\s\S]*<\/svg>\n$/);
  expect(plot).not.toMatch(/NaN|undefined|Infinity/);
});

test("the same seed gives the same bytes, wherever a build is stopped and gone on with", async () => {
  const whole = await folder();
  await buildData(optionsFor(whole));
  const expected = await bytesOf(whole);
  for (let stop = 1; stop < videos; stop += 2) {
    const out = await folder();
    const controller = new AbortController();
    const onClip = (_: unknown, done: number): void =>
      done === stop ? controller.abort(new Error("stopped")) : undefined;
    await expect(buildData({ ...optionsFor(out), onClip, signal: controller.signal })).rejects.toThrow("stopped");
    // what a killed process leaves half-written is swept away
    await writeFile(join(out, "videos", "walk-5.mp4.partial-1"), "half");
    await buildData({ ...optionsFor(out), resume: true });
    expect(await bytesOf(out)).toEqual(expected);
  }
});

test("a clip that fails is skipped with its reason, and the others are made", async () => {
  const out = await folder();
  const faults: WalkingFaults = {
    clip: (index) => {
      if (index === 1) return { id: "walk-1", reason: "expected two objects in sight, found 0" };
      if (index === 2) throw new Error("video walk-2: expected a file that can be decoded\nfound: noise");
      return undefined;
    },
  };
  const result = await buildData(optionsFor(out, faults));
  expect(result.skipped).toBe(2);
  expect((await dataStatistics(out, { leakage: false })).skipped).toEqual({
    "expected two objects in sight, found 0": 1,
    "video walk-2: expected a file that can be decoded found: noise": 1,
  });
  expect((await readItems(out)).some(({ video }) => video === "walk-2")).toBe(false);
});

test("a full disk ends the run with one line, loses nothing, and resuming gives the same bytes", async () => {
  const whole = await folder();
  await buildData(optionsFor(whole));
  const out = await folder();
  const failing = buildData(
    optionsFor(out, {
      video: (index) => {
        if (index === 3) throw full;
      },
    }),
  );
  await expect(failing).rejects.toThrow(CoreError);
  await expect(failing).rejects.toThrow(/no space left on device.*--resume goes on from here/);
  expect((await readdir(join(out, "clips"))).toSorted()).toEqual(["walk-0.json", "walk-1.json", "walk-2.json"]);
  expect((await readdir(join(out, "videos"))).some((name) => name.includes("partial"))).toBe(false);
  await buildData({ ...optionsFor(out), resume: true });
  expect(await bytesOf(out)).toEqual(await bytesOf(whole));
});

test("folders that hold something else are refused", async () => {
  const out = await folder();
  await buildData(optionsFor(out));
  await expect(buildData(optionsFor(out))).rejects.toThrow(/found a run; --resume goes on with it/);
  const other = buildData({ ...optionsFor(out), qas: 40, resume: true });
  await expect(other).rejects.toThrow(/expected the settings it was begun with, found qas: 96 there, 40 here/);
  await rm(join(out, "settings.json"));
  await expect(buildData(optionsFor(out))).rejects.toThrow(CoreInputError);
});

test("both rules for wrong options ask the same questions", async () => {
  const [a, b] = [await folder(), await folder()];
  await buildData(optionsFor(a));
  await buildData({ ...optionsFor(b), rule: "released" });
  const asked = async (out: string): Promise<readonly string[]> =>
    (await readItems(out)).map(({ video, question, plan }) => `${video} ${question} ${plan?.type}`).toSorted();
  expect(await asked(b)).toEqual(await asked(a));
});
