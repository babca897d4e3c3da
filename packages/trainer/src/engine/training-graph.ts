// One training step as one graph: forward, loss, gradients, clipping, optimiser. Inputs are a batch, the state and a few
// numbers; outputs are the loss, metrics and the next state. Knows nothing about executors, files or data.
import { InputError, type Seed } from "@dsr/env-bridge/contract";
import {
  add,
  float32Data,
  GraphBuilder,
  multiply,
  staticShape,
  subgraph,
  zerosData,
  type Graph,
  type NdData,
  type Parameter,
  type Value,
  type WeightSource,
} from "@dsr/dsr-core/graph";
import { differentiate } from "./autodiff/differentiate.js";
import type { RecomputeScope } from "./autodiff/recompute.js";
import { initialWeight } from "./initialize.js";
import { objective, type LossTerm } from "./losses.js";
import { clipped, globalNorm } from "./optimizers/clipping.js";
import { groupOf, updateRule, type ParameterGroup } from "./optimizers/groups.js";
import type { StateVariable, StepInput } from "./optimizers/optimizer.js";
import type { Schedule } from "./optimizers/schedule.js";

/** What a model definition gives: the parts of its objective and, if it likes, numbers to report. */
export interface TrainingDefinition {
  readonly losses: readonly LossTerm[];
  /** Scalars to report, by name. */
  readonly metrics?: Readonly<Record<string, Value>>;
}

/** What is trained, and how. */
export interface TrainingOptions {
  readonly name: string;
  /** Declares batch inputs (`builder.input`) and weights (`builder.parameter`) and gives the losses. */
  readonly define: (builder: GraphBuilder) => TrainingDefinition;
  readonly groups: readonly ParameterGroup[];
  readonly schedule: Schedule;
  /** Starting weights are drawn from it. */
  readonly seed: Seed;
  /** Largest global norm of the gradients; not clipped when absent. */
  readonly clipNorm?: number;
  /** Weights that are known and stay as they are (frozen): they become constants without gradients. */
  readonly frozen?: WeightSource;
  readonly recompute?: RecomputeScope;
  /** Whether several runs may be summed into one update. */
  readonly accumulation?: boolean;
}

/** One training step, and what must be fed to it and carried from it to the next. */
export interface TrainingGraph {
  readonly graph: Graph;
  /** Inputs that a batch must have. */
  readonly batch: readonly Value[];
  /** Weights first, in the order of the model. */
  readonly state: readonly StateVariable[];
  readonly stepInputs: readonly StepInput[];
  /** Output names: `loss`, `gradient_norm`, `loss.<term>` for several terms, metrics by their own names. */
  readonly reported: readonly string[];
  /**
   * With accumulation: computes `normalizer.<term>` (Σ of the mask) from a batch. Sum them over the parts of a large
   * batch and feed the sums as the inputs of the same names to each part's run.
   */
  readonly normalizers?: Graph;
}

/** Everything that grows while the graph is put together. */
class Assembly {
  readonly builder: GraphBuilder;
  readonly state: StateVariable[] = [];
  readonly reported: string[] = [];
  readonly #stepInputs = new Map<string, { readonly input: StepInput; readonly value: Value }>();

  constructor(options: TrainingOptions) {
    const weights = options.frozen === undefined ? {} : { weights: options.frozen };
    this.builder = new GraphBuilder({ name: options.name, ...weights });
  }

  get stepInputs(): readonly StepInput[] {
    return [...this.#stepInputs.values()].map(({ input }) => input);
  }

  stepInput(input: StepInput): Value {
    const known = this.#stepInputs.get(input.name);
    if (known !== undefined) return known.value;
    const value = this.builder.input(input.name, "float32", []);
    this.#stepInputs.set(input.name, { input, value });
    return value;
  }

  report(name: string, value: Value): void {
    this.builder.output(name, value);
    this.reported.push(name);
  }

  /** A new state tensor of zeros. */
  newState(name: string, shape: readonly number[], role: StateVariable["role"]): Value {
    this.state.push({ input: name, output: `next.${name}`, shape, role, initial: () => zerosData("float32", shape) });
    return this.builder.input(name, "float32", shape);
  }

  next(name: string, value: Value): void {
    this.builder.output(`next.${name}`, value);
  }
}

function normalizerValues(assembly: Assembly, losses: readonly LossTerm[], fed: boolean): readonly Value[] {
  if (!fed) return losses.map((term) => term.weight);
  return losses.map((term) => assembly.builder.input(`normalizer.${term.name}`, "float32", []));
}

function checkLosses(options: TrainingOptions, losses: readonly LossTerm[]): void {
  const names = new Set(losses.map((term) => term.name));
  if (losses.length === 0 || names.size !== losses.length)
    throw new InputError(
      `training graph '${options.name}': expected one or more losses of different names, found [${losses.map((term) => term.name).join(", ")}]`,
    );
}

interface WeightGradient {
  readonly parameter: Parameter;
  readonly gradient: Value;
}

function weightGradients(assembly: Assembly, loss: Value, options: TrainingOptions): readonly WeightGradient[] {
  const { parameters } = assembly.builder;
  const { recompute } = options;
  const values = parameters.map(({ value }) => value);
  const gradients = differentiate(
    assembly.builder,
    [{ value: loss }],
    values,
    recompute === undefined ? {} : { recompute },
  );
  const idle = parameters.filter(({ value }) => !gradients.has(value)).map(({ value }) => value.name);
  if (idle.length > 0 || parameters.length === 0)
    throw new InputError(
      `training graph '${options.name}': expected every weight that is not frozen to change the loss, found none of [${idle.join(", ")}] to`,
    );
  return parameters.flatMap((parameter) => {
    const gradient = gradients.get(parameter.value);
    return gradient === undefined ? [] : [{ parameter, gradient }];
  });
}

/** Sums over runs: what came before plus this run, forgotten after an update. */
function accumulated(assembly: Assembly, name: string, value: Value): Value {
  const { builder } = assembly;
  const shape = staticShape(value.shape, name);
  const total = add(builder, assembly.newState(`accumulated.${name}`, shape, "accumulator"), value);
  const keep = assembly.stepInput({ name: "accumulator.keep", at: () => 0, idle: 1 });
  assembly.next(`accumulated.${name}`, multiply(builder, total, keep));
  return total;
}

function clippedGradients(
  assembly: Assembly,
  gradients: readonly Value[],
  largest: number | undefined,
): readonly Value[] {
  const { builder } = assembly;
  // Model order: ONNX Runtime then takes each weight's gradient as soon as it can, last layers first, and lets go of
  // the activations. In the opposite order it would keep them all until the end of the backward pass.
  const norm = globalNorm(builder, gradients);
  assembly.report("gradient_norm", norm);
  return largest === undefined ? gradients : clipped(builder, gradients, { norm, largest });
}

function updateWeight(assembly: Assembly, weight: WeightGradient, options: TrainingOptions): void {
  const { builder } = assembly;
  const { value } = weight.parameter;
  const shape = staticShape(value.shape, `weight '${value.name}'`);
  const group = groupOf(weight.parameter, options.groups);
  const base = assembly.stepInput({ name: "learning_rate", at: options.schedule, idle: 0 });
  const learningRate = group.rateFactor === undefined ? base : multiply(builder, base, group.rateFactor);
  const stateName = (name: string): string => `optimizer.${name}.${value.name}`;
  const next = updateRule(group.optimizer)({
    builder,
    weight: value,
    gradient: weight.gradient,
    learningRate,
    accumulating: options.accumulation === true,
    stepInput: (input) => assembly.stepInput(input),
    state: (name) => assembly.newState(stateName(name), shape, "optimizer"),
    setState: (name, state) => assembly.next(stateName(name), state),
  });
  assembly.next(value.name, next);
}

function weightStates(assembly: Assembly, seed: Seed): readonly StateVariable[] {
  return assembly.builder.parameters.map((parameter) => {
    const { name, shape } = parameter.value;
    const initial = (): NdData => initialWeight(parameter, seed);
    return { input: name, output: `next.${name}`, shape: staticShape(shape, name), role: "weight", initial };
  });
}

function reportLosses(
  assembly: Assembly,
  definition: TrainingDefinition,
  loss: Value,
  normalizers: readonly Value[],
): void {
  const { builder } = assembly;
  assembly.report("loss", loss);
  if (definition.losses.length > 1) {
    definition.losses.forEach((term, position) => {
      const { coefficient: _, ...plain } = term;
      assembly.report(`loss.${term.name}`, objective(builder, [plain], normalizers.slice(position, position + 1)));
    });
  }
  for (const [name, value] of Object.entries(definition.metrics ?? {})) assembly.report(name, value);
}

function normalizerGraph(options: TrainingOptions): Graph {
  const { builder } = new Assembly(options);
  const outputs = options.define(builder).losses.map((term) => builder.output(`normalizer.${term.name}`, term.weight));
  return subgraph(builder.finish(), outputs);
}

function assembleStep(assembly: Assembly, options: TrainingOptions): void {
  const { builder } = assembly;
  const accumulating = options.accumulation === true;
  const definition = options.define(builder);
  checkLosses(options, definition.losses);
  const normalizers = normalizerValues(assembly, definition.losses, accumulating);
  const own = builder.scoped("objective", () => objective(builder, definition.losses, normalizers));
  const weights = weightGradients(assembly, own, options);
  builder.scoped("update", () => {
    const total = (name: string, value: Value): Value => (accumulating ? accumulated(assembly, name, value) : value);
    const gradients = weights.map(({ parameter, gradient }) => total(parameter.value.name, gradient));
    const limited = clippedGradients(assembly, gradients, options.clipNorm);
    reportLosses(assembly, definition, total("loss", own), normalizers);
    weights.forEach(({ parameter }, position) => {
      const gradient = limited[position];
      if (gradient !== undefined)
        builder.scoped(parameter.value.name, () => updateWeight(assembly, { parameter, gradient }, options));
    });
  });
}

/** Builds the step. Deterministic: the same options give the same graph, node by node. */
export function buildTrainingGraph(options: TrainingOptions): TrainingGraph {
  const assembly = new Assembly(options);
  assembleStep(assembly, options);
  const graph = assembly.builder.finish();
  const state = [...weightStates(assembly, options.seed), ...assembly.state];
  const { stepInputs, reported } = assembly;
  const known = new Set([...state.map((each) => each.input), ...stepInputs.map((each) => each.name)]);
  const batch = graph.inputs.filter((input) => !known.has(input.name) && !input.name.startsWith("normalizer."));
  const normalizers = options.accumulation === true ? { normalizers: normalizerGraph(options) } : {};
  return { graph, batch, state, stepInputs, reported, ...normalizers };
}

/** The numbers to feed at a step; `idle` ones in runs that only accumulate gradients. */
export function stepFeeds(
  training: TrainingGraph,
  step: number,
  mode: "apply" | "idle" = "apply",
): Readonly<Record<string, NdData>> {
  const entries = training.stepInputs.map(
    ({ name, at, idle }) => [name, float32Data([], [mode === "apply" ? at(step) : idle])] as const,
  );
  return Object.fromEntries(entries);
}

/** The state before the first step, by input name. */
export function initialState(training: TrainingGraph): ReadonlyMap<string, NdData> {
  return new Map(training.state.map(({ input, initial }) => [input, initial()]));
}
