import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { trainRecipe } from "./train-recipe.js";

const settings = { steps: 2, batch: 2, context: 8, layers: 1, width: 16, heads: 2, characters: 1000 };

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "train-recipe-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("trains by name and says on what, against which peak", async () => {
  const started: string[] = [];
  const shares: (number | undefined)[] = [];
  const result = await trainRecipe({
    recipe: "char-lm",
    settings,
    out: join(temporaryFolder(), "run"),
    device: "cpu",
    threads: 1,
    onStart: (executor, peak) => void started.push(`${executor.description}, peak ${typeof peak}`),
    onStep: ({ shareOfPeak }) => void shares.push(shareOfPeak),
  });
  expect(result).toMatchObject({ finished: true, step: 2 });
  expect(started).toEqual(["ONNX Runtime on cpu, 1 thread, peak number"]);
  expect(shares.every((share) => share !== undefined && share > 0)).toBe(true);
});

test("TensorFlow.js trains too, without a peak of its own", async () => {
  const out = join(temporaryFolder(), "run");
  const shares: (number | undefined)[] = [];
  const onStep = (report: { readonly shareOfPeak?: number }) => void shares.push(report.shareOfPeak);
  const result = await trainRecipe({ recipe: "char-lm", settings, out, executor: "tensorflow", onStep });
  expect([result.finished, shares]).toEqual([true, [undefined, undefined]]);
});

test("refuses unknown names before anything is written", async () => {
  const out = join(temporaryFolder(), "run");
  await expect(trainRecipe({ recipe: "char-ml", out })).rejects.toThrow("did you mean 'char-lm'?");
  await expect(trainRecipe({ recipe: "char-lm", out, device: "gpu" })).rejects.toThrow(
    "unknown device 'gpu': did you mean",
  );
  await expect(trainRecipe({ recipe: "char-lm", out, executor: "torch" })).rejects.toThrow("unknown executor 'torch'");
  const odd = trainRecipe({ recipe: "char-lm", out, settings: { width: 30, heads: 4 } });
  await expect(odd).rejects.toThrow(/^recipe 'char-lm': width must be a multiple of heads$/);
});
