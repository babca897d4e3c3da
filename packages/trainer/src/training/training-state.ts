// Where a run stands: starting weights for a new one, a checkpoint's for one that goes on; and the way back to a checkpoint.
// Knows nothing about the loop.
import { type Random, InputError, createRandom, randomFromState } from "@dsr/env-bridge/contract";
import type { NdData } from "@dsr/dsr-core/graph";
import type { Checkpoint } from "../checkpoints/index.js";
import { initialState } from "../engine/index.js";
import type { Program } from "../executors/index.js";
import type { TrainingTask } from "./task.js";

/** Steps done, batches drawn, and the random numbers that draw the next ones. */
export interface TrainingPosition {
  step: number;
  batches: number;
  random: Random;
  loss: number | null;
}

/** Puts starting values into the program. */
export function startFresh(task: TrainingTask, program: Program): TrainingPosition {
  program.writeCarried(initialState(task.training));
  return { step: 0, batches: 0, random: createRandom(task.seed, "batches"), loss: null };
}

/** Puts a checkpoint's values into the program. Throws InputError when a value is missing. */
export function startFrom(
  task: TrainingTask,
  program: Program,
  { manifest, weights, optimizer }: Checkpoint,
): TrainingPosition {
  const values = new Map([...weights, ...optimizer]);
  const missing = task.training.state.find(({ input }) => !values.has(input));
  if (missing !== undefined) {
    throw new InputError(
      `checkpoint of step ${manifest.step}: expected a tensor '${missing.input}', found ${values.size} others`,
    );
  }
  program.writeCarried(values);
  const { batches, random } = manifest.data;
  return { step: manifest.step, batches, random: randomFromState(random), loss: manifest.loss };
}

/** A checkpoint of the present position. */
export async function toCheckpoint(
  task: TrainingTask,
  program: Program,
  position: TrainingPosition,
): Promise<Checkpoint> {
  const values = await program.readCarried();
  const names = new Set(task.training.state.filter(({ role }) => role === "weight").map(({ input }) => input));
  const part = (wanted: boolean) => new Map<string, NdData>([...values].filter(([name]) => names.has(name) === wanted));
  const data = { batches: position.batches, random: [...position.random.state()] as [number, number, number, number] };
  const { recipe, identity: configuration } = task;
  return {
    manifest: { recipe, configuration, step: position.step, data, loss: position.loss },
    weights: part(true),
    optimizer: part(false),
  };
}
