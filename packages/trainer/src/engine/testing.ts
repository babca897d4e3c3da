// Runs training graphs step by step, for tests of the engine.
// Knows nothing about recipes, checkpoints or data.
import type { NdData } from "@dsr/dsr-core/graph";
import type { Executor } from "../executors/executor.js";
import { initialState, stepFeeds, type TrainingGraph } from "./training-graph.js";

/** Batch inputs by name. */
export type Batch = Readonly<Record<string, NdData>>;

/** What a step reports. */
export interface StepResult {
  readonly loss: number;
  readonly gradientNorm: number;
}

/** What a run leaves. */
export interface TrainingRun {
  readonly results: readonly StepResult[];
  /** Weights and optimiser state after the last step. */
  readonly state: ReadonlyMap<string, NdData>;
}

function numberOf(outputs: Readonly<Record<string, NdData>>, name: string): number {
  return Number(outputs[name]?.data[0]);
}

/** One update a group of batches; more than one in a group need accumulation. */
export async function runTraining(
  executor: Executor,
  training: TrainingGraph,
  groups: readonly (readonly Batch[])[],
): Promise<TrainingRun> {
  const program = await executor.load(training.graph, { carried: training.state });
  program.writeCarried(initialState(training));
  const results: StepResult[] = [];
  for (const [step, group] of groups.entries()) {
    const normalizers = await groupNormalizers(executor, training, group);
    let outputs: Readonly<Record<string, NdData>> = {};
    for (const [position, batch] of group.entries()) {
      const mode = position === group.length - 1 ? "apply" : "idle";
      outputs = await program.run({ ...batch, ...normalizers, ...stepFeeds(training, step, mode) });
    }
    results.push({ loss: numberOf(outputs, "loss"), gradientNorm: numberOf(outputs, "gradient_norm") });
  }
  const state = await program.readCarried();
  await program.close();
  return { results, state };
}

/** Sums of the normalisers over a group of batches, as feeds. */
async function groupNormalizers(
  executor: Executor,
  training: TrainingGraph,
  group: readonly Batch[],
): Promise<Readonly<Record<string, NdData>>> {
  if (training.normalizers === undefined) return {};
  const program = await executor.load(training.normalizers);
  const names = training.normalizers.inputs.map((input) => input.name);
  const totals = new Map<string, Float32Array>();
  for (const batch of group) {
    const feeds = Object.fromEntries(names.flatMap((name) => (batch[name] === undefined ? [] : [[name, batch[name]]])));
    for (const [name, data] of Object.entries(await program.run(feeds)))
      totals.set(name, Float32Array.of((totals.get(name)?.[0] ?? 0) + Number(data.data[0])));
  }
  await program.close();
  return Object.fromEntries([...totals].map(([name, data]) => [name, { dtype: "float32", shape: [], data } as const]));
}
