import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { graphShowCommand } from "./graph-show.js";
import { perfTrainCommand } from "./perf-train.js";
import { trainCommand } from "./train.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "train-command-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a command line and gives what it printed on standard output and standard error. */
async function run(...args: readonly string[]): Promise<readonly [string, string]> {
  const out = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const error = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const program = new Command().addCommand(trainCommand()).addCommand(graphShowCommand()).exitOverride();
  program.addCommand(new Command("perf").addCommand(perfTrainCommand()));
  try {
    await program.parseAsync([...args], { from: "user" });
    return [out.mock.calls.flat().join("\n"), error.mock.calls.map(([text]) => String(text)).join("")];
  } finally {
    out.mockRestore();
    error.mockRestore();
  }
}

const tiny = ["steps=4", "batch=2", "context=8", "layers=1", "width=16", "heads=2", "characters=1000"].flatMap(
  (text) => ["--set", text],
);

test("trains, reports its way on standard error and its result as JSON, and goes on", async () => {
  const out = join(folder, "run");
  const line = ["train", "char-lm", ...tiny, "--device", "cpu", "--threads", "1", "--out", out, "--json"];
  const [text, progress] = await run(...line);
  expect(JSON.parse(text)).toMatchObject({
    finished: true,
    step: 4,
    checkpoint: join(out, "checkpoints", "step-00000004"),
  });
  expect(progress).toMatch(/^ONNX Runtime on cpu, 1 thread, peak \d+ GFLOP\/s\nstep 1\/4 {2}loss /);
  expect(progress).toMatch(/checkpoint .*step-00000004\n {2}\| /);
  expect(existsSync(join(out, "loss.svg"))).toBe(true);
  await expect(run(...line)).rejects.toThrow("go on with --resume");
  const [again] = await run(...line, "--resume");
  expect(JSON.parse(again)).toMatchObject({ finished: true, step: 4 });
});

test("shows a recipe's graph", async () => {
  const [text] = await run("show", "char-lm", "--summary", "--set", "layers=1");
  expect(text).toMatch(/^char-lm: \d+ nodes, /);
});

test("wrong names are one line", async () => {
  await expect(run("train", "chr-lm")).rejects.toThrow("unknown recipe 'chr-lm': did you mean 'char-lm'?");
  await expect(run("perf", "train", "--device", "gpu")).rejects.toThrow("unknown device 'gpu'");
  await expect(run("show", "model.txt")).rejects.toThrow("expected a path ending in .onnx or a recipe");
});
