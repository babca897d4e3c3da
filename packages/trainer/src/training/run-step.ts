// One optimiser step: one run of the graph, or several whose gradients are summed before the update.
// Knows nothing about the loop around it.
import type { Random } from "@dsr/env-bridge/contract";
import { type NdData, float32Data } from "@dsr/dsr-core/graph";
import type { Tensors } from "@dsr/dsr-core/runtime";
import { stepFeeds } from "../engine/index.js";
import type { Executor, Program } from "../executors/index.js";
import type { TrainingTask } from "./task.js";

/** What a step gave: the graph's reported scalars, and how long its runs took together. */
export interface StepOutcome {
  readonly results: Tensors;
  readonly learningRate: number;
  readonly ms: number;
}

/** A task loaded into an executor. */
export interface StepRunner {
  /** The program that holds weights and optimiser state. */
  readonly program: Program;
  /** Takes step number `step` (0 is the first), drawing its batches. */
  run(step: number, random: Random): Promise<StepOutcome>;
  close(): Promise<void>;
}

/** Loads a task's graph, and the one that counts what its masks let through when gradients are summed over parts. */
export async function loadStep(task: TrainingTask, executor: Executor): Promise<StepRunner> {
  const { graph, state, normalizers } = task.training;
  const program = await executor.load(graph, { carried: state });
  const counter = normalizers === undefined ? undefined : await executor.load(normalizers);
  const counted = normalizers?.inputs.map(({ name }) => name) ?? [];
  const run = async (step: number, random: Random): Promise<StepOutcome> => {
    const parts = await drawParts(task, random);
    const totals = counter === undefined ? {} : await countAll(counter, counted, parts);
    return runParts(task, program, { step, parts, totals });
  };
  const close = async (): Promise<void> => {
    await program.close();
    await counter?.close();
  };
  return { program, run, close };
}

/** All draws come first: what is computed for them has no say in chance. */
async function drawParts({ batches, parts }: TrainingTask, random: Random): Promise<readonly Tensors[]> {
  const drawn = Array.from({ length: parts }, () => batches.next(random));
  const complete: Tensors[] = [];
  for (const part of drawn) complete.push((await batches.complete?.(part)) ?? part);
  return complete;
}

interface Parts {
  readonly step: number;
  readonly parts: readonly Tensors[];
  readonly totals: Tensors;
}

/** All parts but the last only add to the gradients; the last one moves the weights. */
async function runParts(
  { training }: TrainingTask,
  program: Program,
  { step, parts, totals }: Parts,
): Promise<StepOutcome> {
  let [results, ms]: [Tensors, number] = [{}, 0];
  for (const [place, part] of parts.entries()) {
    const numbers = stepFeeds(training, step, place === parts.length - 1 ? "apply" : "idle");
    results = await program.run({ ...part, ...totals, ...numbers });
    ms += program.statistics().lastMs;
  }
  return { results, learningRate: Number(stepFeeds(training, step)["learning_rate"]?.data[0] ?? NaN), ms };
}

/** Sums each normaliser over the parts, so that every counted element weighs the same wherever it lies. */
async function countAll(counter: Program, inputs: readonly string[], parts: readonly Tensors[]): Promise<Tensors> {
  const sums = new Map<string, number>();
  for (const part of parts) {
    const fed = Object.fromEntries(Object.entries(part).filter(([name]) => inputs.includes(name)));
    for (const [name, value] of Object.entries(await counter.run(fed))) {
      sums.set(name, (sums.get(name) ?? 0) + Number(value.data[0]));
    }
  }
  return Object.fromEntries([...sums].map(([name, sum]): [string, NdData] => [name, float32Data([], [sum])]));
}
