// What optimisers have in common: the weights they move, the state they keep, the numbers they are fed.
// Knows nothing about particular rules.
import type { GraphBuilder, NdData, Value } from "@dsr/dsr-core/graph";

/** A value that is carried from step to step. */
export interface StateVariable {
  /** Graph input with the present value; also its name in checkpoints. */
  readonly input: string;
  /** Graph output with the next value. */
  readonly output: string;
  readonly shape: readonly number[];
  readonly role: "weight" | "optimizer" | "accumulator";
  /** What it starts as. */
  readonly initial: () => NdData;
}

/** A scalar float32 input fed at each run. */
export interface StepInput {
  readonly name: string;
  /** Its number at a step (0 is the first) whose update is applied. */
  readonly at: (step: number) => number;
  /** Its number in runs that only accumulate gradients: the one that leaves weights and state as they are. */
  readonly idle: number;
}

/** One weight's update. */
export interface UpdateContext {
  readonly builder: GraphBuilder;
  readonly weight: Value;
  /** Clipped already. */
  readonly gradient: Value;
  /** Scalar learning rate of this step. */
  readonly learningRate: Value;
  /** Whether runs without an update exist, so that running averages must be able to stand still. */
  readonly accumulating: boolean;
  /** A scalar fed at each step, shared by name. */
  readonly stepInput: (input: StepInput) => Value;
  /** A state tensor shaped like the weight that starts at zero; its next value is given with `setState`. */
  readonly state: (name: string) => Value;
  readonly setState: (name: string, next: Value) => void;
}

/** The new weight. */
export type UpdateRule = (context: UpdateContext) => Value;

/** Factors of a running average: constants, or inputs where runs without an update exist. */
function averagingFactors(context: UpdateContext, beta: number): readonly [keep: Value, take: Value] {
  const { builder, accumulating, stepInput } = context;
  if (!accumulating) return [builder.scalar(beta), builder.scalar(1 - beta)];
  return [
    stepInput({ name: `average.keep.${beta}`, at: () => beta, idle: 1 }),
    stepInput({ name: `average.take.${beta}`, at: () => 1 - beta, idle: 0 }),
  ];
}

/** beta·average + (1 − beta)·value. */
export function runningAverage(context: UpdateContext, average: Value, value: Value, beta: number): Value {
  const { builder } = context;
  const [keep, take] = averagingFactors(context, beta);
  return builder.emitOne("Add", [builder.emitOne("Mul", [average, keep]), builder.emitOne("Mul", [value, take])]);
}

/** (1 − rate·decay)·weight. */
export function decayed(context: UpdateContext, weightDecay: number): Value {
  const { builder, weight, learningRate } = context;
  if (weightDecay === 0) return weight;
  const share = builder.emitOne("Mul", [learningRate, builder.scalar(weightDecay)]);
  return builder.emitOne("Mul", [weight, builder.emitOne("Sub", [builder.scalar(1), share])]);
}
