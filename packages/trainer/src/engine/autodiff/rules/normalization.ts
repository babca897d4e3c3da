// Gradients of RMSNorm and LayerNorm over the last axis, in as few passes as possible.
// Knows nothing about the other operators.
import {
  cast,
  gemm,
  matrixProduct,
  multiply,
  reshape,
  square,
  subtract,
  sum,
  type GraphBuilder,
  type Value,
} from "@dsr/dsr-core/graph";
import { axisOf, inputOf, outputOf, type GradientRule, type RuleContext } from "../rule.js";

function checkLastAxis(context: RuleContext, x: Value, scale: Value): number {
  const length = x.shape.at(-1);
  const last = axisOf(context.node, x.shape.length, -1) === x.shape.length - 1;
  if (last && typeof length === "number" && scale.shape.length === 1 && scale.shape[0] === length) return length;
  return context.builder.fail(
    `gradient of ${context.node.operator}`,
    "normalisation over the last axis with one scale an element",
    `scale [${scale.shape.join(", ")}] for [${x.shape.join(", ")}]`,
  );
}

function asRows(builder: GraphBuilder, x: Value, length: number): Value {
  return reshape(builder, x, [-1, length]);
}

/** Σ over rows of a row's factor times the row, as one product of a row vector with a matrix. */
function weightedRowSum(builder: GraphBuilder, rows: Value, factors: Value): Value {
  const column = reshape(builder, factors, [-1, 1]);
  return reshape(builder, gemm(builder, column, rows, { transposeA: true }), [rows.shape.at(-1) ?? 1]);
}

/** Mean over each row of row·scale, as one product of a matrix with a column vector. */
function scaledRowMean(builder: GraphBuilder, x: Value, scale: Value, length: number): Value {
  return matrixProduct(builder, x, reshape(builder, scale, [1, length]), { transposeB: true, alpha: 1 / length });
}

/**
 * y = x·r·s with r = 1/√(mean x² + ε): dx = g·s·r − x·r³·mean(g·s·x), ds = Σ rows r·(g·x).
 */
const rms: GradientRule = (context) => {
  const { builder, gradient } = context;
  const [x, scale] = [inputOf(context, 0), inputOf(context, 1)];
  const inverse = cast(builder, outputOf(context, 1), x.dtype);
  const length = checkLastAxis(context, x, scale);
  const products = multiply(builder, gradient, x);
  const ofInput = (): Value => {
    const cube = multiply(
      builder,
      multiply(builder, inverse, square(builder, inverse)),
      scaledRowMean(builder, products, scale, length),
    );
    const direct = multiply(builder, multiply(builder, gradient, scale), inverse);
    return subtract(builder, direct, multiply(builder, x, cube));
  };
  return [ofInput, () => weightedRowSum(builder, asRows(builder, products, length), inverse)];
};

/** n = (x − m)·r: dx = r·(g·s − mean(g·s) − n·mean(g·s·n)), ds = Σ g·n, db = Σ g. */
const layer: GradientRule = (context) => {
  const { builder, gradient, node } = context;
  const [x, scale] = [inputOf(context, 0), inputOf(context, 1)];
  const statistic = (position: number): Value => cast(builder, outputOf(context, position), x.dtype);
  const [middle, inverse] = [statistic(1), statistic(2)];
  const length = checkLastAxis(context, x, scale);
  const normal = multiply(builder, subtract(builder, x, middle), inverse);
  const products = multiply(builder, gradient, normal);
  const lead = Array.from({ length: x.shape.length - 1 }, (_, axis) => axis);
  const ofInput = (): Value => {
    const direct = multiply(builder, gradient, scale);
    const level = scaledRowMean(builder, gradient, scale, length);
    const slope = multiply(builder, normal, scaledRowMean(builder, products, scale, length));
    return multiply(builder, subtract(builder, subtract(builder, direct, level), slope), inverse);
  };
  const total = (value: Value): Value => sum(builder, value, lead);
  return [ofInput, () => total(products), node.inputs[2] === undefined ? undefined : () => total(gradient)];
};

/** Rules by operator name. */
export const NORMALIZATION_RULES: Readonly<Record<string, GradientRule>> = {
  SimplifiedLayerNormalization: rms,
  LayerNormalization: layer,
};
