// Measures training speed: milliseconds a step, share of the machine's product peak, and PyTorch beside it when installed.
// Knows nothing about command lines.
import { availableParallelism } from "node:os";
import { createRandom } from "@dsr/env-bridge/contract";
import type { TransformerConfig } from "@dsr/dsr-core/model";
import { type DeviceName, percentile } from "@dsr/dsr-core/runtime";
import { initialState, stepFeeds } from "../engine/index.js";
import { createOnnxExecutor, parseDevice } from "../executors/index.js";
import { mediumModel, mediumSpeedRecipe, smallModel, smallSpeedRecipe } from "../recipes/speed-recipes.js";
import type { TrainingTask } from "../training/index.js";
import { countFlops } from "./count-flops.js";
import { measurePeak } from "./measure-peak.js";
import { type TorchOptions, measureTorch } from "./measure-torch.js";

export interface MeasureTrainingOptions extends TorchOptions {
  /** Name of a device of ONNX Runtime; `cpu` when absent. */
  readonly device?: string;
  /** For ONNX Runtime, the peak and PyTorch alike; all the machine offers when absent. */
  readonly threads?: number;
  /** Steps measured after the warm-up, for the small model; the medium one takes half as many. 20 when absent. */
  readonly steps?: number;
}

/** One model's speed. PyTorch's figures are null when it is not installed. */
export interface TrainingSpeed {
  readonly parameters: number;
  /** Median over the steps. */
  readonly msPerStep: number;
  readonly samplesPerSecond: number;
  readonly gflops: number;
  readonly peakGflops: number;
  readonly shareOfPeak: number;
  readonly torchMsPerStep: number | null;
  /** Above 1 this engine is faster than PyTorch. */
  readonly torchRatio: number | null;
}

/** What `dsr perf train --json` prints. */
export interface TrainingSpeedReport {
  readonly small: TrainingSpeed;
  readonly medium: TrainingSpeed;
  readonly device: string;
  readonly threads: number;
  readonly torchVersion: string | null;
}

const batch = 32;
const warmup = 3;

/** Measures both speed recipes, each between two measurements of the peak. */
export async function measureTraining(options: MeasureTrainingOptions = {}): Promise<TrainingSpeedReport> {
  const { threads = availableParallelism(), steps = 20 } = options;
  const device = parseDevice(options.device ?? "cpu");
  const settings = { ...options, threads, device };
  const small = await measureModel(smallSpeedRecipe.prepare({ batch }), smallModel, { ...settings, steps });
  const mediumSteps = Math.max(2, Math.ceil(steps / 2));
  const medium = await measureModel(mediumSpeedRecipe.prepare({ batch }), mediumModel, {
    ...settings,
    steps: mediumSteps,
  });
  return {
    small: small.speed,
    medium: medium.speed,
    device,
    threads,
    torchVersion: small.torchVersion,
  };
}

type Settings = TorchOptions & { readonly device: DeviceName; readonly threads: number; readonly steps: number };

async function measureModel(task: TrainingTask, model: TransformerConfig, settings: Settings) {
  const { device, threads, steps } = settings;
  const before = await measurePeak({ device, threads });
  const msPerStep = await medianStep(task, settings);
  const peakGflops = Math.max(before, await measurePeak({ device, threads }));
  const torch = await measureTorch({ model, batch, steps, warmup, threads }, settings);
  const gflops = countFlops(task.training.graph) / (msPerStep * 1e6);
  const speed: TrainingSpeed = {
    parameters: countParameters(task),
    msPerStep,
    samplesPerSecond: (1000 * task.samples.perStep) / msPerStep,
    gflops,
    peakGflops,
    shareOfPeak: gflops / peakGflops,
    torchMsPerStep: torch?.msPerStep ?? null,
    torchRatio: torch === undefined ? null : torch.msPerStep / msPerStep,
  };
  return { speed, torchVersion: torch?.version ?? null };
}

function countParameters(task: TrainingTask): number {
  const weights = task.training.state.filter(({ role }) => role === "weight");
  return weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

async function medianStep(task: TrainingTask, { device, threads, steps }: Settings): Promise<number> {
  const executor = await createOnnxExecutor({ device, threads });
  const program = await executor.load(task.training.graph, { carried: task.training.state });
  program.writeCarried(initialState(task.training));
  const random = createRandom(task.seed, "batches");
  const times: number[] = [];
  for (let step = 0; step < warmup + steps; step++) {
    const feeds = { ...task.batches.next(random), ...stepFeeds(task.training, step) };
    await program.run(feeds);
    if (step >= warmup) times.push(program.statistics().lastMs);
  }
  await program.close();
  return percentile(
    times.sort((a, b) => a - b),
    0.5,
  );
}
