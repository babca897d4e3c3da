// The training loop: draw a batch, run the step, report it, until the steps are done.
// Knows nothing about files, executors or what a recipe learns; recording and checkpoints are the observer's.
import { DsrError } from "@dsr/env-bridge/contract";
import { type NdData, toNumbers } from "@dsr/dsr-core/graph";
import type { Tensors } from "@dsr/dsr-core/runtime";
import { countFlops } from "../perf/count-flops.js";
import type { StepReport } from "./progress.js";
import type { StepRunner } from "./run-step.js";
import type { TrainingTask } from "./task.js";
import type { TrainingPosition } from "./training-state.js";

export interface RunOptions {
  /** Called after every step; awaited, so a checkpoint is complete before the next step. */
  readonly onStep: (report: StepReport) => Promise<void>;
  /** GFLOP/s of the machine's best product. */
  readonly peakGflops?: number;
  /** Stops after the step under way. */
  readonly signal?: AbortSignal;
}

/**
 * Runs steps until `task.steps` are done or the signal stops it, moving `position` along. Throws DsrError when the loss or
 * the gradient is not finite; nothing is reported for that step.
 */
export async function runSteps(
  task: TrainingTask,
  runner: StepRunner,
  position: TrainingPosition,
  options: RunOptions,
): Promise<void> {
  // Over the last twenty steps: the first ones are slower, and people want to know when it ends.
  const recent: number[] = [];
  const flops = countFlops(task.training.graph) * task.parts;
  while (position.step < task.steps && options.signal?.aborted !== true) {
    const { results, learningRate, ms } = await runner.run(position.step, position.random);
    position.step += 1;
    position.batches += task.parts;
    const measured = measure(task, results, position.step);
    position.loss = measured.loss;
    recent.push(ms);
    if (recent.length > 20) recent.shift();
    const speed = rates(task, position.step, { ms: mean(recent), flops, peakGflops: options.peakGflops });
    await options.onStep({ ...measured, learningRate, ms, ...speed });
  }
}

function measure(task: TrainingTask, results: Tensors, step: number) {
  const loss = scalar(results["loss"]);
  const gradientNorm = scalar(results["gradient_norm"]);
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm))
    return { step, steps: task.steps, loss, terms: termsOf(results), gradientNorm };
  const message = `training step ${step}: expected a finite loss, found loss ${loss}, gradient norm ${gradientNorm}`;
  throw new DsrError("internal", message, {
    details: { step, loss: String(loss), gradientNorm: String(gradientNorm) },
  });
}

/** The outputs `loss.<term>`. */
function termsOf(results: Tensors): Readonly<Record<string, number>> {
  const terms = Object.entries(results).filter(([name]) => name.startsWith("loss."));
  return Object.fromEntries(terms.map(([name, value]) => [name.slice("loss.".length), scalar(value)]));
}

function scalar(value: NdData | undefined): number {
  return value === undefined ? NaN : (toNumbers(value)[0] ?? NaN);
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

interface Speed {
  readonly ms: number;
  readonly flops: number;
  readonly peakGflops: number | undefined;
}

function rates(task: TrainingTask, step: number, { ms, flops, peakGflops }: Speed) {
  const gflops = flops / (ms * 1e6);
  return {
    samplesPerSecond: (1000 * task.samples.perStep) / ms,
    unit: task.samples.unit,
    gflops,
    ...(peakGflops === undefined ? {} : { shareOfPeak: gflops / peakGflops }),
    etaSeconds: ((task.steps - step) * ms) / 1000,
  };
}
