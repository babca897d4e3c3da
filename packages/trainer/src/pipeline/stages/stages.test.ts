// Curate, extract, generate, write over real video files and a real server on loopback, with everything that can go wrong.
import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RetryRuntime } from "@dsr/dsr-core/open-ai";
import { parseTrainingJson } from "@dsr/dsr-core/questions";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { writeWholeContent } from "../../files/whole-files.js";
import { defaultCurateOptions, readCatalogue } from "../curate/index.js";
import { defaultExtractOptions } from "../extract/index.js";
import { type Shape, shapeFrames, threeShapes, writeShapeVideo } from "../extract/fixtures/moving-shapes.js";
import { colourPerceivers } from "../fixtures/colour-perceivers.js";
import {
  helpfulReply,
  type ScriptedReply,
  type ScriptedRequest,
  startScriptedServer,
} from "../fixtures/scripted-server.js";
import { defaultFreeFormOptions, freeFormGenerator } from "../generate/free-form-generator.js";
import { templateGenerator } from "../generate/template-generator.js";
import { type LanguageModel, serverLanguageModel } from "../language/index.js";
import { appendDecision, itemKey } from "../review/index.js";
import { readItems } from "../data-statistics.js";
import {
  curateStage,
  extractStage,
  type FileWriter,
  generateStage,
  type VideoState,
  writeStage,
  writeStates,
} from "./index.js";

let videos: string;

/** Squares that wander, so that distances, directions and speeds rise and fall. */
function windingShapes(phase: number): readonly Shape[] {
  return threeShapes.map(({ colour, side }, i) => ({
    colour,
    side,
    at: (frame: number) => {
      const turn = phase + i + frame * (0.35 + 0.15 * i);
      return [48 + (28 - 4 * i) * Math.cos(turn + i), 32 + (12 + 2 * i) * Math.sin(turn * 0.8 + 2 * i)] as const;
    },
  }));
}

beforeAll(async () => {
  videos = await mkdtemp(join(tmpdir(), "dsr-videos-"));
  const video = (name: string): string => join(videos, name);
  await writeShapeVideo(video("a.mp4"), shapeFrames(16, windingShapes(0)));
  await writeShapeVideo(video("b.mp4"), shapeFrames(16, windingShapes(2)));
  await writeShapeVideo(video("grey.mp4"), shapeFrames(16, []));
  await writeShapeVideo(video("still.mp4"), shapeFrames(16));
  await writeShapeVideo(video("short.mp4"), shapeFrames(4));
  await copyFile(video("a.mp4"), video("a.webm"));
  await copyFile(video("a.mp4"), video("nonsense.mp4"));
  await copyFile(video("a.mp4"), video("unnamed.mp4"));
  await writeFile(video("broken.mp4"), "not a video");
  const names = ["a", "b", "grey", "short", "broken"].map((id) => `${id},"A robot, a ball and a box move"`);
  const rows = [...names, "still,All stand still", "nonsense,This is a riddle", "twice,one", "twice,another"];
  await copyFile(video("a.mp4"), video("twice.mp4"));
  await writeFile(video("captions.csv"), `videoID,caption\n${rows.join("\n")}\n`);
});
afterAll(() => rm(videos, { recursive: true, force: true }));

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dsr-stages-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "data");
}

const waits: number[] = [];
const pending = new Set<() => void>();
const runtime: RetryRuntime = {
  after: (_, run) => {
    pending.add(run);
    return () => pending.delete(run);
  },
  wait: async (milliseconds) => void waits.push(milliseconds),
  random: () => 0.5,
  now: () => 0,
};

async function modelOf(script: (request: ScriptedRequest) => ScriptedReply) {
  const server = await startScriptedServer((request) => {
    const reply = script(request);
    // what is not answered is late at once: no clock decides what the test sees
    if (reply === "hang") setImmediate(() => pending.forEach((run) => run()));
    return reply;
  });
  onTestFinished(() => server.close());
  const model = serverLanguageModel({
    baseUrl: server.baseUrl,
    model: "scripted",
    timeoutMs: 300,
    retry: { attempts: 2, initialDelayMs: 1, maxDelayMs: 2 },
    runtime,
  });
  return { model, requests: server.requests };
}

interface Run {
  readonly out: string;
  readonly model: LanguageModel;
  readonly resume?: boolean;
  readonly write?: FileWriter;
  readonly signal?: AbortSignal;
  readonly only?: readonly string[];
  readonly concurrency?: number;
}

/** All stages, as `dsr data build` runs them. */
async function runAll({
  out,
  model,
  resume = false,
  write,
  only,
  signal,
  concurrency = 2,
}: Run): Promise<readonly VideoState[]> {
  const items = (await readCatalogue(videos)).filter(({ id }) => only?.includes(id) !== false);
  const options = { out, concurrency, resume, write, signal };
  const language = model;
  await curateStage(
    items,
    { ...defaultCurateOptions, language, vision: model, duration: { least: 3, most: 60 }, shownFrames: 4 },
    options,
  );
  await extractStage(
    { perceivers: colourPerceivers(), sampling: { frames: 16 }, extract: defaultExtractOptions },
    options,
  );
  const generators = [
    templateGenerator({ dialect: "paper", perClip: 120, leastMargin: 0 }),
    freeFormGenerator({ ...defaultFreeFormOptions, model, dialect: "paper" }),
  ];
  await generateStage({ generators, seed: 1, hiddenFrames: 2 }, options);
  const states = await writeStates(out);
  await writeStage({ out, qas: 40, seed: 1, rule: "balanced", dialect: "paper" });
  return states;
}

/** Hash of every file's name and bytes. */
async function fingerprint(folder: string): Promise<string> {
  const hash = createHash("sha256");
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  for (const path of names.map((entry) => join(entry.parentPath, entry.name)).sort()) {
    hash.update(path.slice(folder.length)).update(await readFile(path));
  }
  return hash.digest("hex");
}

const script = (request: ScriptedRequest): ScriptedReply =>
  request.text.includes("riddle") ? "What has four legs in the morning?" : helpfulReply(request);

describe("a folder of videos", () => {
  test("becomes a data set; what cannot be used is told with its stage and reason", async () => {
    const { model, requests } = await modelOf(script);
    const out = await freshFolder();
    const states = await runAll({ out, model });
    const told = Object.fromEntries(
      states.map(({ id, stage, status, reason }) => [id, `${stage} ${status} ${reason ?? ""}`.trim()]),
    );
    expect(told).toEqual({
      a: "generate done",
      "a.webm": expect.stringMatching(/^curate dropped id 'a': expected one file, found .*a\.mp4 before it$/),
      b: "generate done",
      broken: expect.stringMatching(/^curate dropped video .*broken\.mp4: expected a file that can be decoded/),
      grey: "extract dropped expected two objects in sight for 5 frames, found 0 of 0 tracked",
      nonsense: expect.stringMatching(
        /^curate dropped motion: reply: expected yes or no, found 'What has four legs.*\(4 replies\)$/,
      ),
      short: "curate dropped duration: expected 3 to 60 s, found 2.0 s",
      still: "curate dropped motion: expected some by its caption, found none",
      twice: "curate dropped caption: expected one, found 2 that differ",
      unnamed: "curate dropped caption: expected one, found none",
    });
    const items = await readItems(out);
    expect(items.length).toBeGreaterThan(15);
    expect(items.filter(({ type }) => type === "non_temp")).toHaveLength(4);
    expect(new Set(items.map(({ video }) => video))).toEqual(new Set(["a", "b"]));
    const training = await readFile(join(out, "train_qa_pairs.json"), "utf8");
    expect(parseTrainingJson(training, "train")).toHaveLength(items.length);
    expect((await readdir(join(out, "videos"))).sort()).toEqual(["a.mp4", "b.mp4"]);
    expect(await readFile(join(out, "agent_object.csv"), "utf8")).toContain("a,robot,ball.box\n");
    expect(requests.filter(({ pictures }) => pictures === 4)).toHaveLength(3);
    expect(model.usage()).toMatchObject({ requests: requests.length, inputTokens: 100 * requests.length });
  });

  test("gives the same bytes stopped in the middle, with other concurrency, and with a full disk in between", async () => {
    const { model } = await modelOf(script);
    const only = ["a", "b", "still"];
    const whole = await freshFolder();
    await runAll({ out: whole, model, only });
    const out = await freshFolder();
    let written = 0;
    const full: FileWriter = async (path, content) => {
      if (++written > 3) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
      return writeWholeContent(path, content);
    };
    await expect(runAll({ out, model, only, write: full })).rejects.toThrow(
      /expected to write, found: ENOSPC: no space left on device, write; --resume goes on from here$/,
    );
    const stop = new AbortController();
    const stopping: FileWriter = async (path, content) => {
      await writeWholeContent(path, content);
      if (path.includes("extract")) stop.abort(new Error("stopped"));
    };
    await expect(runAll({ out, model, only, resume: true, write: stopping, signal: stop.signal })).rejects.toThrow(
      "stopped",
    );
    await runAll({ out, model, only, resume: true, concurrency: 1 });
    expect(await fingerprint(out)).toBe(await fingerprint(whole));
  });

  test("is not begun twice by mistake, nor gone on with under other settings", async () => {
    const { model } = await modelOf(script);
    const out = await freshFolder();
    await runAll({ out, model, only: ["a"] });
    await expect(runAll({ out, model, only: ["a"] })).rejects.toThrow("found a run; --resume goes on with it");
    const other: LanguageModel = { ...model, description: "another" };
    await expect(runAll({ out, model: other, only: ["a"], resume: true })).rejects.toThrow(
      'found language: "scripted" there, "another" here',
    );
  });
});

describe("a server that", () => {
  test("times out: the item fails, the run goes on, and the next run tries it again", async () => {
    let isWell = false;
    const { model } = await modelOf((request) =>
      !isWell && request.text.includes("riddle") ? "hang" : helpfulReply(request),
    );
    const out = await freshFolder();
    const states = await runAll({ out, model, only: ["a", "nonsense"], concurrency: 1 });
    expect(states[1]).toMatchObject({ id: "nonsense", stage: "curate", status: "failed" });
    expect(states[1]?.reason).toMatch(/expected an answer within 300 ms, found none/);
    expect(states[0]).toMatchObject({ id: "a", status: "done" });
    isWell = true;
    const again = await runAll({ out, model, only: ["a", "nonsense"], resume: true });
    expect(again.map(({ status }) => status)).toEqual(["done", "done"]);
  });

  test("limits the rate is asked again after the time it names", async () => {
    waits.length = 0;
    const { model } = await modelOf((request) =>
      request.call === 0 ? { status: 429, headers: { "retry-after": "7" } } : helpfulReply(request),
    );
    const states = await runAll({ out: await freshFolder(), model, only: ["a"], concurrency: 1 });
    expect(states[0]?.status).toBe("done");
    expect(Math.max(...waits)).toBe(7000);
    expect(model.usage()).toMatchObject({ retries: 1, failures: 0 });
  });

  test("refuses everybody ends the run with one line", async () => {
    const { model } = await modelOf(() => ({ status: 401 }));
    await expect(runAll({ out: await freshFolder(), model, only: ["a", "b"] })).rejects.toThrow(
      /^server .*: expected it to take the request, found 401[^\n]*; --resume goes on from here$/,
    );
  });
});

test("reviewers' decisions are applied by writing again, and writing is repeatable", async () => {
  const { model } = await modelOf(script);
  const out = await freshFolder();
  await runAll({ out, model, only: ["a", "b"] });
  const [first, second, ...rest] = await readItems(out);
  if (first === undefined || second === undefined) throw new TypeError("no items");
  await appendDecision(out, { item: itemKey(first), decision: "accept" });
  await appendDecision(out, { item: itemKey(first), decision: "reject", note: "cannot be seen" });
  await appendDecision(out, { item: itemKey(second), decision: "edit", question: "Who moves?", correct: "D" });
  const options = { out, qas: 40, seed: 1, rule: "balanced", dialect: "paper" } as const;
  await writeStage(options);
  const before = await fingerprint(out);
  expect(await writeStage(options)).toMatchObject({ items: rest.length + 1, chosen: rest.length + 2 });
  expect(await fingerprint(out)).toBe(before);
  const [edited, ...others] = await readItems(out);
  expect(edited).toEqual({ ...second, question: "Who moves?", correct: "D" });
  expect(others).toEqual(rest);
  expect(await writeStage({ ...options, onlyReviewed: true })).toMatchObject({ items: 1 });
});

test("captions beside videos, and a folder without any", async () => {
  const folder = await freshFolder();
  await mkdir(folder, { recursive: true });
  await expect(readCatalogue(folder)).rejects.toThrow("expected files ending in .mp4");
  await writeFile(join(folder, "x.mp4"), "");
  await writeFile(join(folder, "x.txt"), "A cow walks.\n");
  expect(await readCatalogue(folder)).toEqual([
    { id: "x", path: join(folder, "x.mp4"), caption: "A cow walks.", fault: undefined },
  ]);
});
