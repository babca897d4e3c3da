// Trains a recipe by its name: prepares the task, starts the executor, measures the peak, then trains.
// Knows nothing about command lines.
import { type Executor, createExecutor, parseDevice } from "../executors/index.js";
import { measurePeak } from "../perf/measure-peak.js";
import { findRecipe } from "../recipes/index.js";
import { type TrainOptions, type TrainResult, train } from "./train.js";

export interface TrainRecipeOptions extends Omit<TrainOptions, "executor" | "peakGflops"> {
  readonly recipe: string;
  /** Settings of the recipe by name; the others keep their defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** `onnxruntime` (when absent) or `tensorflow`. */
  readonly executor?: string;
  readonly device?: string;
  readonly threads?: number;
  /** Called once before the first step: what runs, and GFLOP/s of its best product. */
  readonly onStart?: (executor: Executor, peakGflops: number | undefined) => void;
}

/** Trains a recipe. Throws InputError for an unknown recipe, setting, executor or device; see `train` for the rest. */
export async function trainRecipe(options: TrainRecipeOptions): Promise<TrainResult> {
  const { recipe, settings = {}, executor: name, device: _device, threads, onStart, ...rest } = options;
  const task = findRecipe(recipe).prepare(settings);
  const device = parseDevice(options.device ?? "auto");
  const executor = await createExecutor(name, { device, ...(threads === undefined ? {} : { threads }) });
  const peakGflops = await peakOf(executor);
  onStart?.(executor, peakGflops);
  return train(task, { ...rest, executor, ...(peakGflops === undefined ? {} : { peakGflops }) });
}

/** TensorFlow.js has a peak of its own, which is not measured. */
async function peakOf(executor: Executor): Promise<number | undefined> {
  if (executor.device === undefined) return undefined;
  return measurePeak({ device: executor.device, threads: executor.threads, seconds: 0.3 });
}
