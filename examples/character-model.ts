// A language model from scratch in about a minute: reads small notes character by character, and writes its own.
// Run: npm run setup && node examples/dist/character-model.js
import { rmSync } from "node:fs";
import {
  createExecutor,
  fieldNoteWords,
  findRecipe,
  initialState,
  measurePeak,
  progressLine,
  train,
} from "@dsr/trainer";

const out = "runs/character-model";
const words = fieldNoteWords();

/** The text, and how many of its words exist. */
function judge(step: number, text: string): string {
  const found = text.split(/[^a-z]+/).filter((word) => word !== "");
  const known = found.filter((word) => words.has(word)).length;
  const share = `${known} of ${found.length} words exist`;
  return `\nafter ${step} steps, ${share}:\n${text.trim().replaceAll(/^/gm, "    ")}\n`;
}

rmSync(out, { recursive: true, force: true });
const task = findRecipe("char-lm").prepare({ steps: 400, optimizer: "muon" });
const executor = await createExecutor("onnxruntime");
const peakGflops = await measurePeak({ device: executor.device ?? "cpu" });
console.log(executor.description);
if (task.sample !== undefined) console.log(judge(0, await task.sample(initialState(task.training))));

const started = performance.now();
const { loss, plot } = await train(task, {
  out,
  executor,
  peakGflops,
  checkpointEvery: 100,
  onStep: (report) => {
    if (report.step % 25 === 0) console.log(progressLine(report));
  },
  onCheckpoint: (_path, step, sample = "") => console.log(judge(step, sample)),
});
console.log(`loss ${loss?.toFixed(3)} after ${((performance.now() - started) / 1000).toFixed(0)} s, curve in ${plot}`);
