// What a kernel of the interpreter gets: tensors, attributes and the whole numbers of its inputs.
// Knows nothing about particular operators.
import type { Tensor } from "@tensorflow/tfjs-core";
import { InputError } from "@dsr/env-bridge/contract";
import type { GraphNode, NdData } from "@dsr/dsr-core/graph";

/** One node with its inputs at hand. */
export interface KernelCall {
  readonly node: GraphNode;
  readonly inputs: readonly (Tensor | undefined)[];
}

/** Computes a node's outputs; one that nothing uses may be left out at the end. */
export type Kernel = (call: KernelCall) => Tensor | readonly Tensor[];

/** The input at a position. */
export function inputAt({ node, inputs }: KernelCall, position: number): Tensor {
  const tensor = inputs[position];
  if (tensor === undefined)
    throw new InputError(`${node.operator} at ${node.scope}: expected input ${position}, found none`);
  return tensor;
}

/** All inputs that are given. */
export function presentInputs({ inputs }: KernelCall): readonly Tensor[] {
  return inputs.filter((tensor) => tensor !== undefined);
}

/** An INT attribute. */
export function intOf({ node }: KernelCall, name: string, fallback: number): number {
  const value = node.attributes[name];
  return typeof value === "bigint" ? Number(value) : fallback;
}

/** A FLOAT attribute. */
export function floatOf({ node }: KernelCall, name: string, fallback: number): number {
  const value = node.attributes[name];
  return typeof value === "number" ? value : fallback;
}

/** An INTS attribute. */
export function intsOf({ node }: KernelCall, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  return Array.isArray(value) ? value.map(Number) : undefined;
}

/** A STRING attribute. */
export function textOf({ node }: KernelCall, name: string, fallback: string): string {
  const value = node.attributes[name];
  return typeof value === "string" ? value : fallback;
}

/** A TENSOR attribute. */
export function tensorOf({ node }: KernelCall, name: string): NdData | undefined {
  const value = node.attributes[name];
  return typeof value === "object" && "dtype" in value ? value : undefined;
}

/** The whole numbers of an input (a shape, axes, positions), or undefined when it is not given. */
export function integersAt(call: KernelCall, position: number): readonly number[] | undefined {
  const tensor = call.inputs[position];
  return tensor === undefined ? undefined : Array.from(tensor.dataSync());
}

/** The whole numbers of an input that must be given. */
export function requiredIntegers(call: KernelCall, position: number): readonly number[] {
  return Array.from(inputAt(call, position).dataSync());
}

/** An axis counted from the front. */
export function fromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
