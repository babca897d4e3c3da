// Measures training speed: milliseconds a step, share of the machine's product peak, and PyTorch beside it when installed.
// Knows nothing about command lines.
import { availableParallelism } from "node:os";
import { createRandom } from "@dsr/env-bridge/contract";
import type { TransformerConfig } from "@dsr/dsr-core/model";
import { type DeviceName, percentile } from "@dsr/dsr-core/runtime";
import { initialState } from "../engine/index.js";
import { createOnnxExecutor, parseDevice } from "../executors/index.js";
import { mediumModel, mediumSpeedRecipe, smallModel, smallSpeedRecipe } from "../recipes/speed-recipes.js";
import { loadStep } from "../training/run-step.js";
import type { TrainingTask } from "../training/task.js";
import { countFlops } from "./count-flops.js";
import { measurePeak } from "./measure-peak.js";
import { type TorchOptions, startTorch } from "./measure-torch.js";

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
const mostWarmup = 3;
const mostRounds = 4;

/** Measures both speed recipes. The peak, this engine and PyTorch take turns, because machines are never quite idle. */
export async function measureTraining(options: MeasureTrainingOptions = {}): Promise<TrainingSpeedReport> {
  const { threads = availableParallelism(), steps = 20 } = options;
  const device = parseDevice(options.device ?? "cpu");
  const settings = { ...options, threads, device };
  const small = await measureModel(smallSpeedRecipe.prepare({ batch }), smallModel, { ...settings, steps });
  const medium = await measureModel(mediumSpeedRecipe.prepare({ batch }), mediumModel, {
    ...settings,
    steps: Math.ceil(steps / 2),
  });
  return { small: small.speed, medium: medium.speed, device, threads, torchVersion: small.torchVersion };
}

type Settings = TorchOptions & { readonly device: DeviceName; readonly threads: number; readonly steps: number };

async function measureModel(task: TrainingTask, model: TransformerConfig, settings: Settings) {
  const { threads } = settings;
  const torch = await startTorch({ model, batch, threads }, settings);
  const own = await startOwn(task, settings);
  try {
    const measured = await takeTurns({ own: own.run, torch: torch?.run }, settings);
    return { speed: speedOf(task, measured), torchVersion: torch?.version ?? null };
  } finally {
    torch?.close();
    await own.close();
  }
}

/** Takes so many steps and gives the milliseconds of each. */
type RunSteps = (steps: number) => Promise<readonly number[]>;

interface Measured {
  readonly own: readonly number[];
  readonly torch: readonly number[] | undefined;
  readonly peakGflops: number;
}

async function takeTurns(
  engines: { readonly own: RunSteps; readonly torch: RunSteps | undefined },
  { device, threads, steps }: Settings,
): Promise<Measured> {
  const [own, torch]: [number[], number[]] = [[], []];
  let peakGflops = 0;
  const rounds = Math.min(mostRounds, steps);
  const turn = Math.ceil(steps / rounds);
  await engines.own(Math.min(mostWarmup, steps));
  await engines.torch?.(Math.min(mostWarmup, steps));
  for (let round = 0; round < rounds; round++) {
    peakGflops = Math.max(peakGflops, await measurePeak({ device, threads, seconds: 0.3 }));
    own.push(...(await engines.own(turn)));
    torch.push(...((await engines.torch?.(turn)) ?? []));
  }
  return { own, torch: engines.torch === undefined ? undefined : torch, peakGflops };
}

function speedOf(task: TrainingTask, { own, torch, peakGflops }: Measured): TrainingSpeed {
  const [msPerStep, torchMsPerStep] = [median(own), torch === undefined ? null : median(torch)];
  const gflops = countFlops(task.training.graph) / (msPerStep * 1e6);
  return {
    parameters: countParameters(task),
    msPerStep,
    samplesPerSecond: (1000 * task.samples.perStep) / msPerStep,
    gflops,
    peakGflops,
    shareOfPeak: gflops / peakGflops,
    torchMsPerStep,
    torchRatio: torchMsPerStep === null ? null : torchMsPerStep / msPerStep,
  };
}

function median(values: readonly number[]): number {
  return percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

function countParameters(task: TrainingTask): number {
  const weights = task.training.state.filter(({ role }) => role === "weight");
  return weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

async function startOwn(task: TrainingTask, { device, threads }: Settings) {
  const runner = await loadStep(task, await createOnnxExecutor({ device, threads }));
  runner.program.writeCarried(initialState(task.training));
  const random = createRandom(task.seed, "batches");
  let step = 0;
  const run: RunSteps = async (steps) => {
    const times: number[] = [];
    for (let i = 0; i < steps; i++) times.push((await runner.run(step++, random)).ms);
    return times;
  };
  return { run, close: runner.close };
}
