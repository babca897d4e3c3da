import { appendFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { DsrError, InfrastructureError, InputError } from "@dsr/env-bridge/contract";
import { latestCheckpoint, loadCheckpoint, nodeStorage } from "../checkpoints/index.js";
import { type Executor, createOnnxExecutor, createTensorflowExecutor } from "../executors/index.js";
import { characterRecipe } from "../recipes/index.js";
import { readMetrics } from "./metrics.js";
import { type StepReport, progressLine } from "./progress.js";
import { type TrainOptions, train } from "./train.js";

let executor: Executor;
let folder: string;
beforeAll(async () => {
  executor = await createOnnxExecutor({ device: "cpu", threads: 1 });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "train-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const tiny = { steps: 12, batch: 4, context: 8, layers: 1, width: 16, heads: 2, characters: 2000, warmup: 2 };
const prepare = (overrides: Readonly<Record<string, unknown>> = {}) => {
  const { sample: _sample, ...task } = characterRecipe.prepare({ ...tiny, ...overrides });
  return task;
};
const options = (name: string, more: Partial<TrainOptions> = {}): TrainOptions => ({
  out: join(folder, name),
  executor,
  checkpointEvery: 5,
  ...more,
});
const lossesOf = (name: string) =>
  readMetrics(join(folder, name, "metrics.jsonl")).map(({ step, loss }) => [step, loss]);
const bytesOf = (checkpoint: string) =>
  ["weights.safetensors", "optimizer.safetensors"].map((file) => readFileSync(join(checkpoint, file)).toString("hex"));

test("trains, records every step, keeps checkpoints and draws the loss", async () => {
  const reports: StepReport[] = [];
  const task = prepare({ batch: 32, learningRate: 0.02 });
  const result = await train(task, options("run", { onStep: (report) => void reports.push(report), peakGflops: 100 }));
  expect(result).toMatchObject({
    finished: true,
    step: 12,
    checkpoint: join(folder, "run", "checkpoints", "step-00000012"),
  });
  expect(readdirSync(join(folder, "run", "checkpoints"))).toEqual(["step-00000005", "step-00000010", "step-00000012"]);
  expect(lossesOf("run").length).toBe(12);
  // From the logarithm of the vocabulary's size towards the frequencies of characters; measured 3.5 to 3.0.
  expect(reports.at(-1)?.loss).toBeLessThan((reports[0]?.loss ?? 0) - 0.2);
  expect(progressLine(reports[0] as StepReport)).toMatch(
    /^step 1\/12 {2}loss \d\.\d{4} {2}[\d,]+ characters\/s {2}[\d.e-]+ GFLOP\/s \(\d+% of peak\) {2}0:\d\d left$/,
  );
  expect(readFileSync(result.plot, "utf8")).toMatch(/^<svg .*<polyline.*<\/svg>\n$/s);
});

test("a run that was stopped goes on as if it had not been: same losses, same bytes", async () => {
  const whole = await train(prepare(), options("whole"));
  const stop = new AbortController();
  const stopped = await train(
    prepare(),
    options("parts", { signal: stop.signal, onStep: ({ step }) => (step === 7 ? stop.abort() : undefined) }),
  );
  expect(stopped).toMatchObject({ finished: false, step: 7 });
  const resumed = await train(prepare(), options("parts", { resume: true }));
  expect(lossesOf("parts")).toEqual(lossesOf("whole"));
  expect(bytesOf(resumed.checkpoint)).toEqual(bytesOf(whole.checkpoint));
});

test("resuming cuts off what came after the checkpoint, and a line that a kill cut short", async () => {
  await train(prepare(), options("whole"));
  const stop = new AbortController();
  await train(
    prepare(),
    options("parts", { signal: stop.signal, onStep: ({ step }) => (step === 5 ? stop.abort() : undefined) }),
  );
  const metrics = join(folder, "parts", "metrics.jsonl");
  const [first = ""] = readFileSync(metrics, "utf8").split("\n");
  appendFileSync(metrics, `${first.replace('"step":1', '"step":6')}\n{"step":7,"lo`);
  await train(prepare(), options("parts", { resume: true }));
  expect(lossesOf("parts")).toEqual(lossesOf("whole"));
});

test("a finished run has nothing left to do", async () => {
  await train(prepare(), options("run"));
  const again = await train(prepare(), options("run", { resume: true, onStep: () => expect.unreachable() }));
  expect(again).toMatchObject({ finished: true, step: 12 });
});

test("a folder with a run is not overwritten", async () => {
  await train(prepare(), options("run"));
  const again = train(prepare(), options("run"));
  await expect(again).rejects.toThrow(InputError);
  await expect(again).rejects.toThrow(
    /run: expected a folder without a run, found a run of recipe 'char-lm' \(go on with --resume/,
  );
});

test("another configuration or another text is refused, and nothing changes", async () => {
  await train(prepare(), options("run"));
  const before = bytesOf(join(folder, "run", "checkpoints", "step-00000012"));
  const wider = train(prepare({ width: 32 }), options("run", { resume: true }));
  await expect(wider).rejects.toThrow(
    /expected a checkpoint of the same configuration, found width: 16 there, 32 here/,
  );
  const text = join(folder, "text.txt");
  writeFileSync(text, "another text ".repeat(50));
  const other = train(prepare({ textFile: text }), options("run", { resume: true }));
  await expect(other).rejects.toThrow(/found textSha256: /);
  expect(bytesOf(join(folder, "run", "checkpoints", "step-00000012"))).toEqual(before);
  expect(lossesOf("run").length).toBe(12);
});

test("a loss that is not finite stops with a clear error, and the last checkpoint is good", async () => {
  const stop = new AbortController();
  const task = prepare();
  const poisoned = {
    ...task,
    batches: {
      next: (random: Parameters<typeof task.batches.next>[0]) => {
        const batch = task.batches.next(random);
        const shape = batch["mask"]?.shape ?? [];
        const nan = { dtype: "float32", shape, data: new Float32Array(32).fill(NaN) } as const;
        return lossesOf("run").length < 7 ? batch : { ...batch, mask: nan };
      },
    },
  };
  const failure = await train(poisoned, options("run", { signal: stop.signal })).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DsrError);
  expect((failure as Error).message).toMatch(
    /^training step 8: expected a finite loss, found loss NaN, gradient norm NaN \(the last checkpoint is .*step-00000005\)$/,
  );
  expect(lossesOf("run").length).toBe(7);
  const last = await latestCheckpoint(join(folder, "run", "checkpoints"));
  const { weights } = await loadCheckpoint(last?.path ?? "");
  for (const { data } of weights.values()) expect(Array.from(data as Float32Array).every(Number.isFinite)).toBe(true);
  expect((await train(task, options("run", { resume: true }))).finished).toBe(true);
});

test("a learning rate far too high is noticed as well", async () => {
  const diverging = train(prepare({ learningRate: 1e38, steps: 12 }), options("run"));
  await expect(diverging).rejects.toThrow(/^training step \d+: expected a finite loss, found loss/);
});

test("a full disk stops with a clear error, and the last checkpoint is good", async () => {
  const disk = nodeStorage();
  let written = 0;
  const storage = {
    ...disk,
    create: async (path: string) => {
      const file = await disk.create(path);
      const write = async (bytes: Uint8Array) => {
        written += bytes.length;
        if (existsSync(join(folder, "run", "checkpoints", "step-00000005")))
          throw new Error("ENOSPC: no space left on device, write");
        await file.write(bytes);
      };
      return { ...file, write };
    },
  };
  const failure = await train(prepare(), options("run", { storage })).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(InfrastructureError);
  expect((failure as Error).message).toMatch(
    /step-00000010: expected to write a checkpoint, found: ENOSPC.*step-00000005 is intact\)$/,
  );
  expect(written).toBeGreaterThan(0);
  expect((await loadCheckpoint(join(folder, "run", "checkpoints", "step-00000005"))).manifest.step).toBe(5);
});

test("a damaged checkpoint is refused", async () => {
  const { checkpoint } = await train(prepare(), options("run"));
  appendFileSync(join(checkpoint, "weights.safetensors"), "x");
  await expect(train(prepare(), options("run", { resume: true }))).rejects.toThrow(
    /weights\.safetensors: expected sha256 .*is damaged/,
  );
});

test("gradients summed over parts are those of one large batch", async () => {
  await train(prepare({ batch: 8 }), options("whole"));
  const parts = await train(prepare({ batch: 2, accumulate: 4 }), options("parts"));
  const [expected, found] = [lossesOf("whole"), lossesOf("parts")];
  // The same sixty-four tokens a step, summed in another order; measured 5e-7.
  found.forEach(([, loss], i) => expect(Math.abs((loss ?? NaN) - (expected[i]?.[1] ?? NaN))).toBeLessThan(1e-5));
  expect((await loadCheckpoint(parts.checkpoint)).manifest.data.batches).toBe(48);
});

test("TensorFlow.js trains the same task with the same losses", async () => {
  await train(prepare(), options("onnx"));
  await train(prepare(), options("tensorflow", { executor: await createTensorflowExecutor() }));
  const [expected, found] = [lossesOf("onnx"), lossesOf("tensorflow")];
  // Twelve steps of float32 in other orders of summation; measured 5e-7.
  found.forEach(([, loss], i) => expect(Math.abs((loss ?? NaN) - (expected[i]?.[1] ?? NaN))).toBeLessThan(1e-4));
  expect(found.length).toBe(12);
});
