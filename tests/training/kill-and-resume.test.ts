import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readMetrics } from "@dsr/trainer";
import { trainInProcess } from "./train-process.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kill-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const recipe = "char-lm";
const settings = {
  steps: 40,
  batch: 8,
  context: 16,
  layers: 1,
  width: 32,
  heads: 2,
  characters: 5000,
  optimizer: "muon",
};

/** Every loss by its step, and the bytes of the last checkpoint. */
function outcomeOf(run: string) {
  const checkpoint = join(folder, run, "checkpoints", "step-00000040");
  const bytes = readdirSync(checkpoint)
    .sort()
    .map((name) => [name, readFileSync(join(checkpoint, name)).toString("base64")]);
  return { losses: readMetrics(join(folder, run, "metrics.jsonl")).map(({ step, loss }) => [step, loss]), bytes };
}

test("kill −9 in the middle, twice, then resume: losses and weights equal an uninterrupted run's, byte for byte", async () => {
  const request = { recipe, settings, device: "cpu", threads: 2 };
  const whole = await trainInProcess({ ...request, out: join(folder, "whole") });
  expect([whole.code, whole.lines.at(-1), whole.errors]).toEqual([0, "done", ""]);
  for (const last of [17, 33]) {
    const killAt = (line: string, child: { kill: (signal: "SIGKILL") => boolean }) =>
      line.startsWith(`step ${last} `) && child.kill("SIGKILL");
    const killed = await trainInProcess(
      { ...request, out: join(folder, "killed"), resume: last === 33 },
      { onLine: killAt },
    );
    expect([killed.signal, killed.code]).toEqual(["SIGKILL", null]);
  }
  const resumed = await trainInProcess({ ...request, out: join(folder, "killed"), resume: true });
  expect([resumed.code, resumed.lines.at(-1), resumed.errors]).toEqual([0, "done", ""]);
  expect(outcomeOf("killed")).toEqual(outcomeOf("whole"));
  expect(outcomeOf("whole").losses.length).toBe(40);
});
