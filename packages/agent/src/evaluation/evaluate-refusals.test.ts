import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { InfrastructureError, InputError } from "@dsr/env-bridge/contract";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { EvaluateOptions } from "./evaluate.js";
import { CorridorEvaluations } from "./fixtures/corridor-evaluation.js";

let at: CorridorEvaluations;
beforeEach(async () => {
  at = await CorridorEvaluations.create();
});
afterEach(() => at.remove());

test.each<[string, Partial<EvaluateOptions>, RegExp]>([
  ["an unknown suite", { suites: ["animal"] }, /unknown suite 'animal': did you mean 'animals'/u],
  ["an unknown task", { tasks: ["reach_rigt"] }, /unknown task 'reach_rigt': did you mean 'reach_right'/u],
  ["an unknown policy", { policies: ["wlaker"] }, /unknown policy 'wlaker': did you mean 'walker'/u],
  ["an unknown environment", { environment: { name: "coridor" } }, /coridor/u],
  ["an unknown environment option", { environment: { name: "corridor", options: { brigth: 1 } } }, /brigth/u],
  ["no seeds", { seeds: 0 }, /expected seeds to be a positive integer, found 0/u],
  ["half an episode", { episodes: 0.5 }, /expected episodes to be a positive integer, found 0.5/u],
  ["no task", { tasks: [] }, /expected at least one suite or task/u],
])("%s is refused in one line before anything is written", async (_, more, message) => {
  const failure = await at.run("a", more).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(InputError);
  expect((failure as Error).message).toMatch(message);
  expect((failure as Error).message).not.toContain("\n");
  expect(await readdir(at.folder)).toEqual([]);
});

test("folders: foreign ones, files, finished runs without resume and other settings are refused", async () => {
  await mkdir(at.path("foreign"));
  await writeFile(at.path("foreign", "thesis.tex"), "");
  await expect(at.run("foreign")).rejects.toThrow(/expected a new or empty one or a run to resume, found thesis\.tex/u);
  await expect(at.run("foreign", { resume: true })).rejects.toThrow(InputError);
  await expect(at.run("foreign/thesis.tex")).rejects.toThrow(InputError);
  await at.run("a", { episodes: 1 });
  await expect(at.run("a", { episodes: 1 })).rejects.toThrow(/found a run \(resume goes on with it\)/u);
  await expect(at.run("a", { episodes: 2, resume: true })).rejects.toThrow(
    /expected the run's own episodes 1, found 2/u,
  );
  await expect(at.run("a", { policies: ["walker", "random"], resume: true })).rejects.toThrow(
    /the run of a single policy/u,
  );
  await writeFile(at.path("a", "run.lock"), "1");
  await expect(at.run("a", { episodes: 1, resume: true })).rejects.toThrow(
    /expected no other writer, found process 1/u,
  );
});

test.skipIf(process.getuid?.() === 0)("a folder that cannot be written is refused (skipped for root)", async () => {
  await mkdir(at.path("locked"));
  await chmod(at.path("locked"), 0o500);
  await expect(at.run("locked/a")).rejects.toThrow(/expected a folder that can be written/u);
});

test("a worker that cannot start fails the evaluation with what it said", async () => {
  process.env["CORRIDOR_FAULTS"] = "no-start";
  const failure = at.run("a");
  await expect(failure).rejects.toThrow(InfrastructureError);
  await expect(at.run("a")).rejects.toThrow(/worker process ended with code 1: .*the worker does not start/u);
});

test("when nothing works any more the evaluation gives up instead of losing every episode", async () => {
  const environment = { name: "corridor", options: { throwOn: "" } };
  await expect(at.run("a", { environment, retries: 0, episodes: 8 })).rejects.toThrow(
    /10 episodes were lost one after the other/u,
  );
});
