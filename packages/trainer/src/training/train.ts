// Trains a task in a folder: starts or goes on, records every step, keeps checkpoints, draws the loss.
// Knows nothing about recipes' insides or command lines.
import { DsrError, messageOf } from "@dsr/env-bridge/contract";
import { type Storage, latestCheckpoint, loadCheckpoint, saveCheckpoint } from "../checkpoints/index.js";
import type { Executor, Program } from "../executors/index.js";
import { appendMetric, truncateMetrics } from "./metrics.js";
import type { StepReport } from "./progress.js";
import { type RunFolder, openRunFolder, runFolder, writeLossPlot } from "./run-folder.js";
import { type StepRunner, loadStep } from "./run-step.js";
import { runSteps } from "./run-steps.js";
import type { TrainingTask } from "./task.js";
import { type TrainingPosition, startFresh, startFrom, toCheckpoint } from "./training-state.js";

export interface TrainOptions {
  /** The run's folder. */
  readonly out: string;
  readonly executor: Executor;
  /** Go on from the newest checkpoint in the folder, or start when there is none. */
  readonly resume?: boolean;
  /** Steps between checkpoints; 100 when absent. One more is written at the end. */
  readonly checkpointEvery?: number;
  /** Checkpoints that stay; 3 when absent. */
  readonly keep?: number;
  /** GFLOP/s of the machine's best product, for shares of peak. */
  readonly peakGflops?: number;
  /** Stops after the step under way, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onStep?: (report: StepReport) => void;
  /** Called after a checkpoint, with a sample of what the model does when the recipe has one. */
  readonly onCheckpoint?: (path: string, step: number, sample: string | undefined) => void;
  readonly storage?: Storage;
}

/** How a run ended. */
export interface TrainResult {
  readonly finished: boolean;
  readonly step: number;
  readonly loss: number | null;
  readonly checkpoint: string;
  readonly plot: string;
}

/** Trains until the recipe's steps are done or the signal stops it. Every failure leaves the last checkpoint as it was. */
export async function train(task: TrainingTask, options: TrainOptions): Promise<TrainResult> {
  const folder = runFolder(options.out);
  openRunFolder(folder, task, options.resume === true);
  const runner = await loadStep(task, options.executor);
  try {
    return await trainIn(folder, task, runner, options);
  } finally {
    await runner.close();
  }
}

async function trainIn(
  folder: RunFolder,
  task: TrainingTask,
  runner: StepRunner,
  options: TrainOptions,
): Promise<TrainResult> {
  const { program } = runner;
  const position = await startPosition(folder, task, program, options);
  truncateMetrics(folder.metrics, position.step);
  const recorder = new Recorder(folder, task, program, position, options);
  try {
    await runSteps(task, runner, position, { ...options, onStep: (report) => recorder.record(report) });
    const checkpoint = await recorder.save();
    return {
      finished: position.step >= task.steps,
      step: position.step,
      loss: position.loss,
      checkpoint,
      plot: folder.plot,
    };
  } catch (error) {
    recorder.plotIfPossible();
    throw await withLastCheckpoint(error, folder);
  }
}

async function startPosition(
  folder: RunFolder,
  task: TrainingTask,
  program: Program,
  { resume, storage }: TrainOptions,
): Promise<TrainingPosition> {
  const latest = resume === true ? await latestCheckpoint(folder.checkpoints, storage) : undefined;
  if (latest === undefined) return startFresh(task, program);
  const expected = { recipe: task.recipe, configuration: task.identity };
  return startFrom(task, program, await loadCheckpoint(latest.path, expected));
}

/** Diverged runs end here; the reader wants to know what is left. */
async function withLastCheckpoint(error: unknown, folder: RunFolder): Promise<unknown> {
  if (!(error instanceof DsrError) || !("loss" in error.details)) return error;
  const last = await latestCheckpoint(folder.checkpoints);
  const intact = last === undefined ? "there is no checkpoint yet" : `the last checkpoint is ${last.path}`;
  return new DsrError(error.code, `${messageOf(error)} (${intact})`, { cause: error, details: error.details });
}

class Recorder {
  readonly #folder: RunFolder;
  readonly #task: TrainingTask;
  readonly #program: Program;
  readonly #position: TrainingPosition;
  readonly #options: TrainOptions;
  #saved: { readonly step: number; readonly path: string } | undefined;

  constructor(
    folder: RunFolder,
    task: TrainingTask,
    program: Program,
    position: TrainingPosition,
    options: TrainOptions,
  ) {
    this.#folder = folder;
    this.#task = task;
    this.#program = program;
    this.#position = position;
    this.#options = options;
  }

  async record(report: StepReport): Promise<void> {
    const { step, loss, terms, learningRate, gradientNorm, ms, samplesPerSecond, gflops } = report;
    const metric = { step, loss, learningRate, gradientNorm, ms, samplesPerSecond, gflops };
    appendMetric(this.#folder.metrics, Object.keys(terms).length === 0 ? metric : { ...metric, terms });
    this.#options.onStep?.(report);
    if (step % (this.#options.checkpointEvery ?? 100) === 0 && step < report.steps) await this.save();
  }

  /** After a failure the plot helps to see why, but must not hide it: the disk may be full. */
  plotIfPossible(): void {
    try {
      writeLossPlot(this.#folder, this.#task.recipe);
    } catch {
      // The failure that led here is reported by the caller.
    }
  }

  /** Saves the present step, once. */
  async save(): Promise<string> {
    const { step } = this.#position;
    if (this.#saved?.step === step) return this.#saved.path;
    const checkpoint = await toCheckpoint(this.#task, this.#program, this.#position);
    const path = await saveCheckpoint(this.#folder.checkpoints, checkpoint, this.#options);
    this.#saved = { step, path };
    writeLossPlot(this.#folder, this.#task.recipe);
    const sample = await this.#task.sample?.(checkpoint.weights);
    this.#options.onCheckpoint?.(path, step, sample);
    return path;
  }
}
