// What a gradient rule gets and gives.
// Knows nothing about particular operators or the order in which nodes are visited.
import type { GraphBuilder, GraphNode, Value } from "@dsr/dsr-core/graph";

/** A node with the gradients that reach it. */
export interface RuleContext {
  readonly builder: GraphBuilder;
  readonly node: GraphNode;
  /** Gradient with respect to the first output, of that output's shape. */
  readonly gradient: Value;
  /** Gradients with respect to all outputs; undefined where nothing depends on one. */
  readonly gradients: readonly (Value | undefined)[];
  /** Whether a gradient belongs to one value only, so that the node which makes it may be replaced. */
  readonly isOwned: (gradient: Value) => boolean;
}

/** Makes the gradient of one input, shaped like that input; called only when it is wanted. */
export type InputGradient = () => Value;

/** One entry per input; undefined where no gradient can flow. Reference: the operator's ONNX definition. */
export type GradientRule = (context: RuleContext) => readonly (InputGradient | undefined)[];

/** The input at a position of a node that was already checked by its shape rule. */
export function inputOf(context: RuleContext, position: number): Value {
  const value = context.node.inputs[position];
  if (value !== undefined) return value;
  return context.builder.fail(`gradient of ${context.node.operator}`, `an input ${position}`, "none");
}

/** The output at a position. */
export function outputOf(context: RuleContext, position = 0): Value {
  const value = context.node.outputs[position];
  if (value !== undefined) return value;
  return context.builder.fail(`gradient of ${context.node.operator}`, `an output ${position}`, "none");
}

/** A whole-number attribute. */
export function intOf(node: GraphNode, name: string, fallback: number): number {
  const value = node.attributes[name];
  return typeof value === "bigint" ? Number(value) : fallback;
}

/** A number attribute. */
export function numberOf(node: GraphNode, name: string, fallback: number): number {
  const value = node.attributes[name];
  return typeof value === "number" ? value : fallback;
}

/** A list of whole numbers as attribute. */
export function intsOf(node: GraphNode, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  return Array.isArray(value) ? value.map(Number) : undefined;
}

/** The axis counted from the front. */
export function axisOf(node: GraphNode, rank: number, fallback: number): number {
  const axis = intOf(node, "axis", fallback);
  return axis < 0 ? axis + rank : axis;
}

/** Whole numbers of a constant input. */
export function constantIntsOf(context: RuleContext, position: number): readonly number[] | undefined {
  const value = context.node.inputs[position];
  const data = value === undefined ? undefined : context.builder.constantOf(value);
  return data === undefined ? undefined : Array.from(data.data as ArrayLike<bigint | number>, Number);
}
