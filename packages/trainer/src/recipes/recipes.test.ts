import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { InputError, createRandom } from "@dsr/env-bridge/contract";
import { encodeOnnx, toNumbers } from "@dsr/dsr-core/graph";
import { createOnnxExecutor } from "../executors/index.js";
import { initialState } from "../engine/index.js";
import { train } from "../training/index.js";
import { fieldNoteWords } from "./character/field-notes.js";
import { characterRecipe, findRecipe, recipes } from "./index.js";
import { tokenWindows } from "./language-model-task.js";
import { showGraph } from "./show-graph.js";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "recipes-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Recipes that cannot begin without something of the user's: which setting names it. */
const needed = new Map([
  ["dsr-geometry", "clips"],
  ["dsr-small", "clips"],
  ["agent-bc", "demonstrations"],
]);

test.each(recipes.filter(({ name }) => !needed.has(name)))("$name works with its defaults alone", (recipe) => {
  const task = recipe.prepare({});
  expect(task.recipe).toBe(recipe.name);
  expect(Object.keys(task.batches.next(createRandom("x"))).sort()).toEqual(
    task.training.batch.map(({ name }) => name).sort(),
  );
  expect(JSON.parse(JSON.stringify(task.identity))).toEqual(task.identity);
});

test.each([...needed])("%s says in one line that it needs %s", (name, setting) => {
  expect(() => findRecipe(name).prepare({})).toThrow(InputError);
  expect(() => findRecipe(name).prepare({})).toThrow(`recipe '${name}', ${setting}: expected`);
});

test("mistyped recipes and settings get the closest name, wrong values a clear line", () => {
  expect(() => findRecipe("char-ml")).toThrow("unknown recipe 'char-ml': did you mean 'char-lm'?");
  expect(() => characterRecipe.prepare({ stps: 3 })).toThrow(
    "unknown setting of recipe 'char-lm' 'stps': did you mean 'steps'?",
  );
  expect(() => characterRecipe.prepare({ steps: -2 })).toThrow(/^recipe 'char-lm', steps: .*, found -2$/);
  expect(() => characterRecipe.prepare({ optimizer: "sgd" })).toThrow(
    /^recipe 'char-lm', optimizer: .*"adamw"\|"muon".*, found "sgd"$/,
  );
  expect(() => characterRecipe.prepare({ characters: 10, context: 64, textFile: undefined, seed: 1 })).toThrow(
    InputError,
  );
});

test("windows are neighbours in the text, targets one place later", () => {
  const tokens = Int32Array.from({ length: 50 }, (_, i) => i);
  const source = tokenWindows(tokens, { batch: 3, context: 4 });
  const random = createRandom("windows");
  for (let i = 0; i < 20; i++) {
    const { tokens: inputs, targets } = source.next(random);
    const [from, to] = [toNumbers(inputs as never), toNumbers(targets as never)];
    expect(to).toEqual(from.map((token) => token + 1));
    for (const row of [0, 4, 8])
      expect(from.slice(row, row + 4)).toEqual([0, 1, 2, 3].map((k) => (from[row] ?? 0) + k));
    expect(Math.max(...to)).toBeLessThan(50);
  }
  expect(() => tokenWindows(tokens, { batch: 1, context: 50 })).toThrow("text: expected more than 50 tokens, found 50");
});

test("the character model learns to spell: from none of its words existing to most", async () => {
  const settings = {
    steps: 250,
    batch: 24,
    context: 32,
    layers: 1,
    width: 96,
    optimizer: "muon",
    learningRate: 6e-3,
    warmup: 10,
  };
  const task = characterRecipe.prepare(settings);
  const executor = await createOnnxExecutor({ device: "cpu", threads: 1 });
  const words = fieldNoteWords();
  const knownShare = (text = ""): number => {
    const found = text.split(/[^a-z]+/).filter((word) => word !== "");
    return found.filter((word) => words.has(word)).length / found.length;
  };
  const samples: (string | undefined)[] = [await task.sample?.(initialState(task.training))];
  await train(task, {
    out: temporaryFolder(),
    executor,
    checkpointEvery: 1000,
    onCheckpoint: (_path, _step, sample) => samples.push(sample),
  });
  const [before = 1, after = 0] = samples.map(knownShare);
  console.log(`known words ${(100 * before).toFixed(0)}% → ${(100 * after).toFixed(0)}%:\n${samples.at(-1)}`);
  expect(before).toBeLessThan(0.3);
  expect(after).toBeGreaterThan(0.6);
});

test("graphs are shown by recipe or by file", () => {
  const path = join(temporaryFolder(), "step.onnx");
  const { graph } = characterRecipe.prepare({ layers: 1, width: 16, heads: 2 }).training;
  writeFileSync(path, encodeOnnx(graph).model);
  const [summary, fromFile] = [
    showGraph("char-lm", { summary: true, settings: { layers: 1, width: 16, heads: 2 } }),
    showGraph(path),
  ];
  expect(summary).toMatch(/^char-lm: \d+ nodes, .* GFLOP in products\n\d+ Mul, /);
  expect(fromFile.endsWith(summary)).toBe(true);
  expect(fromFile).toContain("model.embed_tokens.weight: float32[28, 16]");
  expect(() => showGraph("./model")).toThrow(
    "'./model': expected a path ending in .onnx or a recipe (char-lm, dsr-geometry, dsr-small, agent-bc, perf-small, perf-medium)",
  );
  expect(() => showGraph("/nowhere.onnx")).toThrow(/^\/nowhere\.onnx: expected an ONNX model, found: ENOENT/);
});
