// The exported folder: data, videos, and a script that starts the released recipe.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseTrainingJson, type QuestionItem } from "@dsr/dsr-core/questions";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { exportQwenVlFinetune } from "./index.js";

const run = promisify(execFile);
const item: QuestionItem = {
  video: "a",
  type: "abs_dis",
  question:
    "Between 0.0s and 4.0s, from the perspective of camera at 0.0s, how does the distance between cow and pig change?",
  options: [
    "(1) Become larger.",
    "(1) Become smaller.",
    "(1) Keep nearly constant.",
    "(1) Become larger. (2) Become smaller.",
  ],
  correct: "C",
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-export-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "data/videos"), { recursive: true });
  await writeFile(join(folder, "data/videos/a.mp4"), "video");
  await writeFile(join(folder, "data/items.jsonl"), `${JSON.stringify(item)}\n`);
});

/** A folder that looks like the released code's, and a torchrun that only says what it was given. */
async function releasedCode(): Promise<string> {
  const code = join(folder, "model/qwen-vl-finetune");
  await mkdir(join(code, "qwenvl/data"), { recursive: true });
  const entry = 'SPATIAL_REASONING = {"annotation_path": "PATH_TO_QA_JSON", "data_path": "PATH_TO_VIDEO_ROOT"}\n';
  await writeFile(join(code, "qwenvl/data/__init__.py"), entry);
  await mkdir(join(folder, "bin"));
  await writeFile(join(folder, "bin/torchrun"), '#!/bin/bash\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
  return code;
}

test("the script registers the data and starts torchrun with the released recipe", async () => {
  const out = join(folder, "export");
  expect(await exportQwenVlFinetune({ data: join(folder, "data"), out, processes: 4, perDevice: 2 })).toMatchObject({
    examples: 1,
    videos: 1,
  });
  expect((await readdir(out)).sort()).toEqual([
    "README.md",
    "sft_7b.sh",
    "train_qas.json",
    "videos",
    "zero3_offload.json",
  ]);
  expect(parseTrainingJson(await readFile(join(out, "train_qas.json"), "utf8"), "train")).toEqual([item]);
  expect(JSON.parse(await readFile(join(out, "zero3_offload.json"), "utf8"))).toMatchObject({
    zero_optimization: { stage: 3, offload_optimizer: { device: "cpu" }, offload_param: { device: "cpu" } },
  });
  const code = await releasedCode();
  const env = { PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`, PI3: "/models/pi3.safetensors" };
  for (const _ of ["first", "again"]) {
    const { stdout } = await run(join(out, "sft_7b.sh"), [], { cwd: code, env });
    const args = stdout.split("\n");
    const valueOf = (name: string): string | undefined => args[args.indexOf(name) + 1];
    expect(args[0]).toBe("--nproc_per_node=4");
    expect(valueOf("--deepspeed")).toBe(join(out, "zero3_offload.json"));
    expect(valueOf("--pi3_path")).toBe("/models/pi3.safetensors");
    expect(valueOf("--gradient_accumulation_steps")).toBe("4");
    expect([valueOf("--learning_rate"), valueOf("--mm_projector_lr"), valueOf("--num_train_epochs")]).toEqual([
      "2e-7",
      "1e-6",
      "1",
    ]);
    expect([valueOf("--video_max_frame_pixels"), valueOf("--video_min_frame_pixels")]).toEqual(["230400", "784"]);
    expect(valueOf("--tune_mm_vision")).toBe("False");
  }
  const registered = await readFile(join(code, "qwenvl/data/__init__.py"), "utf8");
  expect(registered).toContain(
    `"annotation_path": "${join(out, "train_qas.json")}", "data_path": "${join(out, "videos")}"`,
  );
});

test("the script refuses in one line: other folders, other data, processes that do not divide 32", async () => {
  const out = join(folder, "export");
  await exportQwenVlFinetune({ data: join(folder, "data"), out });
  const code = await releasedCode();
  const script = join(out, "sft_7b.sh");
  const env = { PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`, PI3: "/models/pi3.safetensors" };
  const failure = async (options: object): Promise<string> =>
    run(script, [], { env, ...options }).then(
      () => "none",
      (error: { stderr: string }) => error.stderr,
    );
  expect(await failure({ cwd: folder })).toMatch(/^working folder: expected the released code's [^\n]*\n$/);
  expect(await failure({ cwd: code, env: { ...env, NPROC_PER_NODE: "5" } })).toBe(
    "processes: expected a number that divides 32, found 5\n",
  );
  await writeFile(join(code, "qwenvl/data/__init__.py"), "SPATIAL_REASONING = {}\n");
  expect(await failure({ cwd: code })).toMatch(
    /^qwenvl\/data\/__init__.py: expected its entry spatial_reasoning to name [^\n]*\n$/,
  );
});

test("a missing video and a folder in use are told, and nothing is overwritten", async () => {
  const out = join(folder, "export");
  await rename(join(folder, "data/videos/a.mp4"), join(folder, "away.mp4"));
  await expect(exportQwenVlFinetune({ data: join(folder, "data"), out })).rejects.toThrow(
    "a.mp4: expected a file, found none",
  );
  expect(await readdir(folder)).not.toContain("export");
  await rename(join(folder, "away.mp4"), join(folder, "data/videos/a.mp4"));
  await mkdir(out);
  await writeFile(join(out, "mine"), "");
  await expect(exportQwenVlFinetune({ data: join(folder, "data"), out })).rejects.toThrow(
    "expected a new or empty one, found mine",
  );
});
