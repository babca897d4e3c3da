// What a shape rule gets, and how it says that a node is wrong.
// Knows nothing about particular operators or how the error is located in the model.
import { toNumbers } from "../data.js";
import type { AttributeValue, Attributes, Dimension, DType, NdData, Shape, Value } from "../graph.js";
import { formatShape, formatType, normalizeAxis } from "../shape.js";

/** A node that is about to be added. */
export interface InferenceRequest {
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Attributes;
  readonly outputCount: number;
  /** The elements of a value that is known when the graph is built. */
  readonly constantOf: (value: Value) => NdData | undefined;
  /** A shape tensor's lengths, symbolic ones included, where they are known. */
  readonly lengthsOf: (value: Value) => Shape | undefined;
}

/** Type of one output. */
export interface OutputType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Types of a node's outputs; throws RuleViolation when the inputs do not fit. */
export type InferenceRule = (request: InferenceRequest) => readonly OutputType[];

/** Thrown by rules; the builder turns it into an error that names the operator and the place. */
export class RuleViolation extends Error {
  override readonly name = "RuleViolation";
  readonly expected: string;
  readonly found: string;

  constructor(expected: string, found: string) {
    super(`expected ${expected}, found ${found}`);
    this.expected = expected;
    this.found = found;
  }
}

/** The input at a position; a violation when it is missing. */
export function requiredInput(request: InferenceRequest, position: number): Value {
  const value = request.inputs[position];
  if (value === undefined)
    throw new RuleViolation(
      `at least ${position + 1} inputs`,
      `${request.inputs.filter((input) => input !== undefined).length}`,
    );
  return value;
}

/** An INT attribute as a number. */
export function intAttribute(attributes: Attributes, name: string, fallback: number): number {
  const value = attributes[name];
  if (value === undefined) return fallback;
  if (typeof value === "bigint") return Number(value);
  throw new RuleViolation(`a whole number (bigint) as attribute '${name}'`, describe(value));
}

/** A FLOAT attribute. */
export function floatAttribute(attributes: Attributes, name: string, fallback: number): number {
  const value = attributes[name];
  if (value === undefined) return fallback;
  if (typeof value === "number") return value;
  throw new RuleViolation(`a number as attribute '${name}'`, describe(value));
}

/** An INTS attribute as numbers, or undefined when it is absent. */
export function intsAttribute(attributes: Attributes, name: string): readonly number[] | undefined {
  const value = attributes[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map(Number);
  throw new RuleViolation(`whole numbers (bigint[]) as attribute '${name}'`, describe(value as AttributeValue));
}

function describe(value: AttributeValue): string {
  return Array.isArray(value) ? `[${value.join(", ")}]` : `${typeof value} ${String(value)}`;
}

/** The whole numbers of an input that must be known when the graph is built. */
export function constantInts(request: InferenceRequest, position: number, what: string): readonly number[] {
  const value = requiredInput(request, position);
  const data = request.constantOf(value);
  if (data === undefined) throw new RuleViolation(`${what} as a constant`, `'${value.name}' (${formatType(value)})`);
  return toNumbers(data);
}

/** The axis counted from the front; a violation when it is outside the rank. */
export function checkedAxis(axis: number, rank: number, what = "axis"): number {
  const normal = normalizeAxis(axis, rank);
  if (normal === undefined) throw new RuleViolation(`${what} within ${-rank} … ${rank - 1}`, `${axis}`);
  return normal;
}

/** A violation unless all values have the same element type. */
export function sameType(values: readonly Value[]): DType {
  const [first] = values;
  if (first === undefined) throw new RuleViolation("at least one input", "none");
  const other = values.find((value) => value.dtype !== first.dtype);
  if (other !== undefined) throw new RuleViolation("one element type", `${first.dtype} and ${other.dtype}`);
  return first.dtype;
}

/** A violation unless the value has one of the ranks. */
export function checkedRank(value: Value, ...ranks: readonly number[]): Shape {
  if (!ranks.includes(value.shape.length))
    throw new RuleViolation(`rank ${ranks.join(" or ")} of '${value.name}'`, formatShape(value.shape));
  return value.shape;
}

/** The length at an axis; a violation when the axis does not exist. */
export function lengthAt(shape: Shape, axis: number): Dimension {
  const length = shape[axis];
  if (length === undefined) throw new RuleViolation(`an axis ${axis}`, formatShape(shape));
  return length;
}
