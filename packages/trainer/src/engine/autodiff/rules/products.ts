// Gradients of matrix products and of convolution over separate patches.
// Knows nothing about the other operators.
import {
  gemm,
  matrixProduct,
  multiply,
  reshape,
  sum,
  transpose,
  type GraphBuilder,
  type ProductOptions,
  type Value,
} from "@dsr/dsr-core/graph";
import { sumToShape } from "../broadcast.js";
import { tallProduct } from "../fusion.js";
import { inputOf, intOf, intsOf, numberOf, type GradientRule, type RuleContext } from "../rule.js";

interface Product {
  readonly a: Value;
  readonly b: Value;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly alpha: number;
}

function productOf(context: RuleContext): Product {
  const { node } = context;
  return {
    a: inputOf(context, 0),
    b: inputOf(context, 1),
    transposeA: intOf(node, "transA", 0) === 1,
    transposeB: intOf(node, "transB", 0) === 1,
    alpha: numberOf(node, "alpha", 1),
  };
}

type Multiply = (builder: GraphBuilder, a: Value, b: Value, options: ProductOptions) => Value;

/** C = α·A·B: dA = α·dC·Bᵀ, or its transpose α·B·dCᵀ when A was used transposed. */
function gradientOfA(context: RuleContext, product: Product, times: Multiply): Value {
  const { b, transposeA, transposeB, alpha } = product;
  const { builder, gradient } = context;
  if (transposeA) return times(builder, b, gradient, { transposeA: transposeB, transposeB: true, alpha });
  return times(builder, gradient, b, { transposeB: !transposeB, alpha });
}

/** dB = α·Aᵀ·dC, or its transpose α·dCᵀ·A when B was used transposed. */
function gradientOfB(context: RuleContext, product: Product, times: Multiply): Value {
  const { a, transposeA, transposeB, alpha } = product;
  const { builder, gradient } = context;
  if (transposeB) return times(builder, gradient, a, { transposeA: true, transposeB: transposeA, alpha });
  return times(builder, a, gradient, { transposeA: !transposeA, alpha });
}

/** The weight gradient of a linear map, where neither operand was transposed in the model's rows. */
function gemmGradientOfB(context: RuleContext, product: Product): Value {
  const { a, transposeA, transposeB, alpha } = product;
  const { builder, gradient } = context;
  if (transposeA) return gradientOfB(context, product, gemm);
  return transposeB ? tallProduct(builder, gradient, a, alpha) : tallProduct(builder, a, gradient, alpha);
}

const gemmRule: GradientRule = (context) => {
  const product = productOf(context);
  const beta = numberOf(context.node, "beta", 1);
  const addend = context.node.inputs[2];
  const gradientOfAddend = (shape: Value): Value => {
    const summed = sumToShape(context.builder, context.gradient, shape.shape);
    return beta === 1 ? summed : multiply(context.builder, summed, beta);
  };
  return [
    () => gradientOfA(context, product, gemm),
    () => gemmGradientOfB(context, product),
    addend === undefined ? undefined : () => gradientOfAddend(addend),
  ];
};

/** [.., K] × [K, N] with one matrix on the right: its gradient is one Gemm over all rows. */
function flatGradientOfB(context: RuleContext, product: Product): Value {
  const { builder, gradient } = context;
  const rows = (value: Value): Value => reshape(builder, value, [-1, value.shape.at(-1) ?? 1]);
  const [a, d] = [rows(product.a), rows(gradient)];
  const { alpha } = product;
  return product.transposeB ? tallProduct(builder, d, a, alpha) : tallProduct(builder, a, d, alpha);
}

function isFlat(product: Product): boolean {
  return product.b.shape.length === 2 && product.a.shape.length >= 2 && !product.transposeA;
}

const matMulRule: GradientRule = (context) => {
  const product = productOf(context);
  const { builder } = context;
  if (intOf(context.node, "transBatchA", 0) === 1 || intOf(context.node, "transBatchB", 0) === 1)
    builder.fail("gradient of FusedMatMul", "no transposed batch axes", "transBatchA or transBatchB");
  const like = (value: Value, gradient: Value): Value => sumToShape(builder, gradient, value.shape);
  return [
    () => like(product.a, gradientOfA(context, product, matrixProduct)),
    () =>
      isFlat(product)
        ? flatGradientOfB(context, product)
        : like(product.b, gradientOfB(context, product, matrixProduct)),
  ];
};

interface Patches {
  readonly rows: Value;
  readonly gradientRows: Value;
  readonly grid: readonly number[];
  readonly order: readonly number[];
}

/** Separate patches as rows: [N, C, h·p, w·q] → [N·h·w, C·p·q], and the gradient [N, M, h, w] → [N·h·w, M]. */
function patchesOf(context: RuleContext): Patches {
  const { builder, gradient } = context;
  const [x, weight] = [inputOf(context, 0), inputOf(context, 1)];
  const [count = 1, channels = 1] = x.shape.map(Number);
  const [kernels = 1, , ...kernel] = weight.shape.map(Number);
  const spatial = gradient.shape.slice(2).map(Number);
  const grid = [count, channels, ...spatial.flatMap((length, axis) => [length, kernel[axis] ?? 1])];
  const order = [0, ...spatial.map((_, axis) => 2 + 2 * axis), 1, ...spatial.map((_, axis) => 3 + 2 * axis)];
  const rows = reshape(builder, transpose(builder, reshape(builder, x, grid), order), [
    -1,
    channels * kernel.reduce((product, length) => product * length, 1),
  ]);
  const back = [0, ...spatial.map((_, axis) => axis + 2), 1];
  return { rows, gradientRows: reshape(builder, transpose(builder, gradient, back), [-1, kernels]), grid, order };
}

function checkSeparate(context: RuleContext): void {
  const { builder, node } = context;
  const kernel = inputOf(context, 1).shape.slice(2);
  const strides = intsOf(node, "strides") ?? [];
  const image = inputOf(context, 0).shape.slice(2).map(Number);
  const fits = kernel.every((length, axis) => length === strides[axis] && (image[axis] ?? 0) % Number(length) === 0);
  if (!fits || node.attributes["pads"] !== undefined)
    builder.fail(
      "gradient of Conv",
      "stride = kernel, no padding, sides that are multiples",
      `strides [${strides.join()}]`,
    );
}

const convRule: GradientRule = (context) => {
  checkSeparate(context);
  const { builder, gradient } = context;
  const [x, weight, bias] = [inputOf(context, 0), inputOf(context, 1), context.node.inputs[2]];
  const patches = patchesOf(context);
  const flatWeight = reshape(builder, weight, [weight.shape[0] ?? 1, -1]);
  const ofInput = (): Value => {
    const inverse = patches.order.map((_, axis) => patches.order.indexOf(axis));
    const parts = patches.order.map((axis) => patches.grid[axis] ?? 1);
    const rows = reshape(builder, gemm(builder, patches.gradientRows, flatWeight), parts);
    return reshape(builder, transpose(builder, rows, inverse), x.shape);
  };
  const ofWeight = (): Value =>
    reshape(builder, gemm(builder, patches.gradientRows, patches.rows, { transposeA: true }), weight.shape);
  const axes = gradient.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  return [ofInput, ofWeight, bias === undefined ? undefined : () => sum(builder, gradient, axes)];
};

/** Rules by operator name. */
export const PRODUCT_RULES: Readonly<Record<string, GradientRule>> = {
  Gemm: gemmRule,
  MatMul: matMulRule,
  FusedMatMul: matMulRule,
  Conv: convRule,
};
