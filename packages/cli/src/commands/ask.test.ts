// What a person sees who asks in a way that cannot be answered.
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { convertModel, makeRandomModel } from "@dsr/dsr-core/conversion";
import { Mp4Writer, rgbToI420 } from "@dsr/dsr-core/video";
import { main } from "../main.js";

let folder: string;
let model: string;
let video: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-ask-"));
  model = join(folder, "tiny");
  video = join(folder, "clip.mp4");
  await makeRandomModel({ name: "tiny", target: join(folder, "checkpoint") });
  await convertModel({ source: join(folder, "checkpoint"), target: model, precision: ["fp32"] });
  const writer = await Mp4Writer.open({ width: 64, height: 64, frameRate: 10, quality: { quantizer: 20 } });
  for (let step = 0; step < 12; step++)
    await writer.add(rgbToI420({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).fill(9 * step) }));
  await writeFile(video, await writer.finish());
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the command line in this process. */
async function run(...args: readonly string[]) {
  const out = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const error = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    const code = await main(args);
    const stderr = error.mock.calls.map(([text]) => String(text)).join("");
    return { code, stdout: out.mock.calls.flat().join("\n"), stderr };
  } finally {
    out.mockRestore();
    error.mockRestore();
  }
}

const question = ["--question", "Where does it go?"];

test.each<[string, () => string[], RegExp]>([
  [
    "no video",
    () => ["--video", join(folder, "none.mp4"), "--model", model],
    /video .*none\.mp4: expected a file .*ENOENT/,
  ],
  [
    "not a video",
    () => ["--video", join(folder, "tiny/config.json"), "--model", model],
    /video .*config\.json: expected a file that can be decoded/,
  ],
  [
    "too many frames",
    () => ["--video", video, "--model", model, "--frames", "500"],
    /clip\.mp4: expected at least 500 frames, found 12/,
  ],
  [
    "both model and server",
    () => ["--video", video, "--model", model, "--server", "http://127.0.0.1:1/v1", "--server-model", "m"],
    /expected --model or --server, found both/,
  ],
  [
    "a folder without a model",
    () => ["--video", video, "--model", folder],
    /expected dsr-manifest\.json of a converted model, found none/,
  ],
  [
    "a checkpoint",
    () => ["--video", video, "--model", join(folder, "checkpoint")],
    /found a checkpoint; make an ONNX set of it first: dsr model convert/,
  ],
  [
    "no such format",
    () => ["--video", video, "--model", model, "--precision", "q4"],
    /expected precision q4, found fp32/,
  ],
  [
    "a server without a model",
    () => ["--video", video, "--server", "http://127.0.0.1:1/v1"],
    /--server-model: expected the model's name/,
  ],
  [
    "attention of a server",
    () => ["--video", video, "--server", "http://127.0.0.1:1/v1", "--attention", "a.png"],
    /--attention: expected --model, found a server/,
  ],
  [
    "both kinds of options",
    () => ["--video", video, "--model", model, "--option", "left", "--options", "A. left B. right"],
    /options: expected --option or --options, found both/,
  ],
  ["one option", () => ["--video", video, "--model", model, "--option", "left"], /options: expected 2 to 26, found 1/],
  [
    "attention into nowhere",
    () => ["--video", video, "--model", model, "--attention", join(folder, "no/such/a.png")],
    /--attention .*a\.png: expected a file that can be written/,
  ],
])("%s: one clear line and exit code 2", async (_, args, message) => {
  const { code, stdout, stderr } = await run("ask", ...question, "--device", "cpu", "--max-tokens", "1", ...args());
  expect(stderr).toMatch(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect([stdout, code]).toEqual(["", 2]);
});

test("a damaged model is named", async () => {
  const copy = join(folder, "damaged");
  await cp(model, copy, { recursive: true });
  await writeFile(join(copy, "onnx/embed_tokens.onnx.data"), "short");
  const { code, stderr } = await run("ask", "--video", video, ...question, "--model", copy, "--device", "cpu");
  expect(stderr).toMatch(/embed_tokens\.onnx\.data: expected \d+ bytes, found 5\n$/);
  expect(code).toBe(2);
});
