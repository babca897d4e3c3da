// Matrix products and convolution as functions on a builder.
// Knows nothing about gradients or how they run.
import type { GraphBuilder } from "../builder.js";
import type { Value } from "../graph.js";

/** a · b over the last two axes; leading axes broadcast. */
export function matMul(builder: GraphBuilder, a: Value, b: Value): Value {
  return builder.emitOne("MatMul", [a, b]);
}

/** Variants of a matrix product that cost no copies. */
export interface ProductOptions {
  /** Use the transpose of a (its last two axes). */
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Factor on the product. */
  readonly alpha?: number;
}

function flag(value: boolean | undefined): bigint {
  return value === true ? 1n : 0n;
}

/** alpha · a · b over the last two axes, either transposed; one kernel of ONNX Runtime, no copies. */
export function matrixProduct(builder: GraphBuilder, a: Value, b: Value, options: ProductOptions = {}): Value {
  const { transposeA, transposeB, alpha = 1 } = options;
  if (transposeA !== true && transposeB !== true && alpha === 1) return matMul(builder, a, b);
  const attributes = { transA: flag(transposeA), transB: flag(transposeB), alpha };
  return builder.emitOne("FusedMatMul", [a, b], attributes, { domain: "com.microsoft" });
}

/** Variants of a matrix product with something added. */
export interface GemmOptions extends ProductOptions {
  /** Added to the product; broadcasts to it. */
  readonly addend?: Value;
  /** Factor on the addend. */
  readonly beta?: number;
}

/** alpha · a · b + beta · addend on matrices, either transposed. */
export function gemm(builder: GraphBuilder, a: Value, b: Value, options: GemmOptions = {}): Value {
  const { transposeA, transposeB, alpha = 1, beta = 1, addend } = options;
  const attributes = { transA: flag(transposeA), transB: flag(transposeB), alpha, beta };
  return builder.emitOne("Gemm", addend === undefined ? [a, b] : [a, b, addend], attributes);
}

/** Convolution of [N, C, …] with [M, C, kernel…]; gradients need stride = kernel and no padding. */
export function convolution(
  builder: GraphBuilder,
  x: Value,
  weight: Value,
  options: { readonly strides: readonly number[]; readonly bias?: Value },
): Value {
  const inputs = options.bias === undefined ? [x, weight] : [x, weight, options.bias];
  return builder.emitOne("Conv", inputs, { strides: options.strides.map(BigInt) });
}
