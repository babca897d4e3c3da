// `dsr ask` and `dsr perf perceive` as a user runs them: a real video, a real converted model, a real server on loopback.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { convertModel, makeRandomModel } from "@dsr/dsr-core/conversion";
import { Mp4Writer, rgbToI420 } from "@dsr/dsr-core/video";
import { dsr } from "./support/command.js";

let folder: string;
let model: string;
let video: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-ask-"));
  model = join(folder, "tiny");
  video = join(folder, "clip.mp4");
  await makeRandomModel({ name: "tiny", target: join(folder, "checkpoint") });
  await convertModel({ source: join(folder, "checkpoint"), target: model, precision: ["fp32"] });
  const writer = await Mp4Writer.open({ width: 96, height: 64, frameRate: 10, quality: { quantizer: 20 } });
  for (let step = 0; step < 12; step++) {
    const data = Uint8Array.from({ length: 96 * 64 * 3 }, (_, i) => (i * 7 + 20 * step) % 256);
    await writer.add(rgbToI420({ width: 96, height: 64, data }));
  }
  await writeFile(video, await writer.finish());
});
afterAll(() => rm(folder, { recursive: true }));

const question = ["--question", "Where does it go?"];
const local = () => ["ask", "--video", video, ...question, "--model", model, "--device", "cpu", "--frames", "6"];

test("options get probabilities, as text and as JSON", async () => {
  const text = await dsr(...local(), "--options", "A. to the left B. to the right C. nowhere");
  expect(text.stdout).toMatch(
    /^[ABC]\. (to the left|to the right|nowhere)\n {2}A +\d+\.\d% {2}to the left\n(.*\n){2}tiny fp32 on cpu, by letter, 6 frames, \d+ ms\n$/,
  );
  expect(text.code).toBe(0);
  const json = await dsr(
    ...local(),
    "--option",
    "to the left",
    "--option",
    "to the right",
    "--scoring",
    "likelihood",
    "--json",
  );
  const answer = JSON.parse(json.stdout) as Record<string, unknown> & { probabilities: number[] };
  expect(answer).toMatchObject({
    scoring: "likelihood",
    options: ["to the left", "to the right"],
    frames: 6,
    model: "tiny fp32 on cpu",
  });
  // two doubles
  expect((answer.probabilities[0] ?? 0) + (answer.probabilities[1] ?? 0)).toBeCloseTo(1, 12);
  for (const part of [
    "readVideoMs",
    "preprocessMs",
    "visionMs",
    "geometryMs",
    "gsmMs",
    "prefillMs",
    "decodeMs",
    "totalMs",
  ])
    expect(answer["timings"]).toHaveProperty(part);
});

test("words are written as they come, and again the same with the same seed", async () => {
  const write = () => dsr(...local(), "--generate", "--max-tokens", "5", "--temperature", "1", "--seed", "3");
  const [once, again] = [await write(), await write()];
  expect(once).toMatchObject({ code: 0, stderr: "" });
  expect(once.stdout.endsWith("\n")).toBe(true);
  expect(again.stdout).toBe(once.stdout);
});

test("where the geometry selection module looked is drawn", async () => {
  const path = join(folder, "attention.png");
  const { code } = await dsr(...local(), "--options", "left\nright", "--attention", path);
  expect(code).toBe(0);
  // six frames of 96×64 in three columns, four pixels apart
  expect(await sharp(await readFile(path)).metadata()).toMatchObject({ format: "png", width: 296, height: 132 });
});

test("a server answers in the model's place", async () => {
  const server = createServer((request, response) => {
    request.resume().once("end", () => {
      const message = { role: "assistant", content: "B" };
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({ choices: [{ index: 0, message }], usage: { prompt_tokens: 9, completion_tokens: 1 } }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const { stdout } = await dsr(
    "ask",
    "--video",
    video,
    ...question,
    "--options",
    "left\\nright",
    "--server",
    url,
    "--server-model",
    "m",
    "--json",
  );
  expect(JSON.parse(stdout)).toMatchObject({
    letter: "B",
    text: "B",
    scoring: "text",
    probabilities: [],
    usage: { requests: 1, inputTokens: 9 },
  });
});

test("speed of perception, with the keys that were agreed", async () => {
  const { stdout } = await dsr(
    "perf",
    "perceive",
    "--model",
    model,
    "--device",
    "cpu",
    "--window",
    "4",
    "--windows",
    "2",
    "--image",
    "56x84",
    "--json",
  );
  const speed = JSON.parse(stdout) as Record<string, unknown>;
  expect(speed).toMatchObject({ device: "cpu", model: "tiny fp32 on cpu" });
  for (const key of ["p50Ms", "p99Ms", "uncachedP50Ms"])
    expect(speed["newFrame"]).toHaveProperty(key, expect.any(Number));
  for (const key of ["decodeMs", "visionMs", "geometryMs", "gsmMs", "prefillMs"])
    expect(speed["parts"]).toHaveProperty(key, expect.any(Number));
});

test("what is wrong is one line and exit code 2, from a process of its own too", async () => {
  const { code, stdout, stderr } = await dsr("ask", "--video", join(folder, "none.mp4"), ...question, "--model", model);
  expect(stderr).toMatch(/^dsr: video .*none\.mp4: expected a file .*ENOENT[^\n]*\n$/);
  expect([stdout, code]).toEqual(["", 2]);
});
