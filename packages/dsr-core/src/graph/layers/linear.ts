// Linear maps and look-up tables with PyTorch's weight names and layouts.
// Knows nothing about what they are part of.
import type { GraphBuilder } from "../builder.js";
import type { Shape, Value } from "../graph.js";
import type { Initializer } from "../parameter.js";
import { add } from "../operators/elementwise.js";
import { gemm, matrixProduct } from "../operators/matmul.js";
import { gather, reshape } from "../operators/movement.js";
import { isStatic } from "../shape.js";

/** Variants of a linear map. */
export interface LinearOptions {
  readonly bias?: boolean;
  /** Standard deviation of the starting weights; 1/√inputs when absent. */
  readonly deviation?: number;
}

function inputLength(builder: GraphBuilder, x: Value, what: string): number {
  const length = x.shape.at(-1);
  if (typeof length === "number") return length;
  return builder.fail(what, "a last length known in advance", String(length));
}

function asRows(builder: GraphBuilder, x: Value, length: number): Value {
  return x.shape.length === 2 ? x : reshape(builder, x, [-1, length]);
}

/** x·Wᵀ + b over the last axis: weight `<name>.weight` [outputs, inputs], bias `<name>.bias` [outputs]. */
export function linear(
  builder: GraphBuilder,
  name: string,
  x: Value,
  outputs: number,
  options: LinearOptions = {},
): Value {
  const inputs = inputLength(builder, x, `linear '${name}'`);
  const initializer = { kind: "normal", deviation: options.deviation ?? 1 / Math.sqrt(inputs) } as const;
  const weight = builder.parameter(`${name}.weight`, [outputs, inputs], initializer);
  const bias =
    options.bias === true ? builder.parameter(`${name}.bias`, [outputs], { kind: "zeros" } as const) : undefined;
  return applyLinear(builder, x, weight, bias);
}

/** x·Wᵀ + b with values at hand: weight [outputs, inputs]. */
export function applyLinear(builder: GraphBuilder, x: Value, weight: Value, bias?: Value): Value {
  const [outputs, inputs] = weight.shape;
  if (typeof outputs !== "number" || typeof inputs !== "number")
    return builder.fail("linear", "a weight of known shape", weight.shape.join());
  if (!isStatic(x.shape)) return dynamicLinear(builder, x, weight, bias);
  const rows = asRows(builder, x, inputs);
  const product = gemm(builder, rows, weight, { transposeB: true, ...(bias === undefined ? {} : { addend: bias }) });
  return reshape(builder, product, [...x.shape.slice(0, -1), outputs]);
}

/** Where lengths are symbolic a product over the last axis needs no shapes at run time. */
function dynamicLinear(builder: GraphBuilder, x: Value, weight: Value, bias: Value | undefined): Value {
  const product = matrixProduct(builder, x, weight, { transposeB: true });
  return bias === undefined ? product : add(builder, product, bias);
}

/**
 * Deviation of the starting weights of maps into the residual stream of a model of so many layers: it shrinks with depth,
 * so that the stream's variance stays bounded.
 */
export function residualDeviation(layers: number, inputs: number): number {
  return 1 / Math.sqrt(2 * layers * inputs);
}

/** Rows of the table `<name>.weight` [count, length] at whole-number positions of any shape. */
export function embedding(
  builder: GraphBuilder,
  name: string,
  positions: Value,
  options: { readonly count: number; readonly length: number; readonly deviation?: number },
): Value {
  const initializer: Initializer = { kind: "normal", deviation: options.deviation ?? 0.02 };
  const table = builder.parameter(`${name}.weight`, [options.count, options.length], initializer);
  return gather(builder, table, positions);
}

/** A learned tensor by itself, such as queries or position embeddings. */
export function learned(builder: GraphBuilder, name: string, shape: Shape, deviation = 0.02): Value {
  if (isStatic(shape)) return builder.parameter(name, shape, { kind: "normal", deviation });
  return builder.fail(`weight '${name}'`, "lengths known in advance", shape.join());
}
