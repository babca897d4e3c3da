// Reverse-mode differentiation: adds the nodes that compute gradients to a graph under construction.
// Knows nothing about losses, optimisers or executors.
import {
  add,
  filledData,
  formatShape,
  equalShapes,
  isFloating,
  staticShape,
  type GraphBuilder,
  type GraphNode,
  type Value,
} from "@dsr/dsr-core/graph";
import { Recomputation, type RecomputeScope } from "./recompute.js";
import type { InputGradient } from "./rule.js";
import { gradientRule } from "./rules/index.js";

/** Where gradients start: a value and the gradient of the objective with respect to it (1 for a scalar when absent). */
export interface GradientSeed {
  readonly value: Value;
  readonly gradient?: Value;
}

/** Trade-offs of the backward pass. */
export interface DifferentiateOptions {
  /** Parts of the model whose inner values are computed again backward in place of being kept. */
  readonly recompute?: RecomputeScope;
}

/** Values whose gradient is needed to reach the wanted ones. */
function valuesOnTheWay(nodes: readonly GraphNode[], wanted: readonly Value[]): ReadonlySet<Value> {
  const needed = new Set<Value>(wanted);
  for (const node of nodes) {
    const reached = node.inputs.some((input) => input !== undefined && needed.has(input));
    if (!reached || gradientRule(node.operator) === "stops") continue;
    for (const output of node.outputs) if (isFloating(output.dtype)) needed.add(output);
  }
  return needed;
}

/** One pass over the nodes, last to first. */
class Backward {
  readonly #builder: GraphBuilder;
  readonly #needed: ReadonlySet<Value>;
  readonly #recomputation: Recomputation;
  readonly #gradients = new Map<Value, Value>();
  /** How many values have this very gradient: one that several share must not be replaced. */
  readonly #holders = new Map<Value, number>();

  constructor(builder: GraphBuilder, needed: ReadonlySet<Value>, recomputation: Recomputation) {
    this.#builder = builder;
    this.#needed = needed;
    this.#recomputation = recomputation;
  }

  get gradients(): ReadonlyMap<Value, Value> {
    return this.#gradients;
  }

  contribute(value: Value, gradient: Value): void {
    if (!equalShapes(value.shape, gradient.shape))
      this.#builder.fail(`gradient of '${value.name}'`, formatShape(value.shape), formatShape(gradient.shape));
    const known = this.#gradients.get(value);
    // Not as addend of the Gemm that made the gradient: ONNX Runtime copies addends on one thread.
    const total = known === undefined ? gradient : add(this.#builder, known, gradient);
    this.#gradients.set(value, total);
    this.#holders.set(total, (this.#holders.get(total) ?? 0) + 1);
  }

  visit(node: GraphNode): void {
    const gradients = node.outputs.map((output) => this.#gradients.get(output));
    const [gradient = gradients.find((each) => each !== undefined)] = gradients;
    if (gradient === undefined || !node.inputs.some((input) => this.#wants(input))) return;
    const scope = node.scope === "" ? "gradient" : `gradient/${node.scope}`;
    this.#builder.scopedAt(scope, () => this.#visitInPlace(node, gradients, gradient));
  }

  #visitInPlace(node: GraphNode, gradients: readonly (Value | undefined)[], gradient: Value): void {
    const inputs = this.#inputGradients(node, gradients, gradient);
    inputs.forEach((make, position) => {
      const input = node.inputs[position];
      if (make !== undefined && input !== undefined && this.#wants(input)) this.contribute(input, make());
    });
  }

  #inputGradients(
    node: GraphNode,
    gradients: readonly (Value | undefined)[],
    gradient: Value,
  ): readonly (InputGradient | undefined)[] {
    const rule = gradientRule(node.operator);
    if (rule === "stops") return [];
    if (rule === undefined)
      return this.#builder.fail(`gradient of ${node.operator}`, "an operator with a gradient rule", "none");
    const known = this.#recomputation.nodeFor(node, gradient);
    const isOwned = (value: Value): boolean => this.#holders.get(value) === 1;
    return rule({ builder: this.#builder, node: known, gradient, gradients, isOwned });
  }

  #wants(value: Value | undefined): boolean {
    return value !== undefined && this.#needed.has(value);
  }
}

function seedGradient(builder: GraphBuilder, seed: GradientSeed): Value {
  if (seed.gradient !== undefined) return seed.gradient;
  const shape = staticShape(seed.value.shape, `objective '${seed.value.name}'`);
  if (shape.length > 0) builder.fail("objective", "a scalar, or a gradient given for it", formatShape(shape));
  return builder.shared(filledData(seed.value.dtype, [], 1));
}

/**
 * Gradients of Σ seeds with respect to the wanted values, each shaped like its value. Values that the seeds do not
 * depend on are absent from the result. No nodes are added for parts that lead to no wanted value.
 */
export function differentiate(
  builder: GraphBuilder,
  seeds: readonly GradientSeed[],
  wanted: readonly Value[],
  options: DifferentiateOptions = {},
): ReadonlyMap<Value, Value> {
  const nodes = [...builder.nodes];
  const recomputation = new Recomputation(builder, nodes, options.recompute);
  const backward = new Backward(builder, valuesOnTheWay(nodes, wanted), recomputation);
  for (const seed of seeds) backward.contribute(seed.value, seedGradient(builder, seed));
  for (const node of nodes.toReversed()) backward.visit(node);
  const found = wanted.flatMap((value) => {
    const gradient = backward.gradients.get(value);
    return gradient === undefined ? [] : [[value, gradient] as const];
  });
  return new Map(found);
}
