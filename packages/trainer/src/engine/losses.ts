// Losses as weighted sums, so that batches can be put together from parts exactly.
// Knows nothing about models, gradients or optimisers.
import {
  absolute,
  add,
  addAll,
  divide,
  gatherElements,
  logarithm,
  logSoftmax,
  maximum,
  minimum,
  multiply,
  negate,
  reshape,
  square,
  subtract,
  sum,
  type GraphBuilder,
  type Value,
} from "@dsr/dsr-core/graph";

/** One part of the objective: total / weight, the mean over what the mask lets through. */
export interface LossTerm {
  readonly name: string;
  /** Scalar Σ weightᵢ·lossᵢ. */
  readonly total: Value;
  /** Scalar Σ weightᵢ; may depend on batch inputs only. */
  readonly weight: Value;
  /** Factor on the mean in the objective; 1 when absent. */
  readonly coefficient?: number;
}

function checkRows(builder: GraphBuilder, name: string, logits: Value, values: readonly Value[]): void {
  const rows = logits.shape.slice(0, -1).join();
  const wrong = values.find((value) => value.shape.join() !== rows);
  if (wrong !== undefined)
    builder.fail(`loss '${name}'`, `targets and mask shaped [${rows}]`, `'${wrong.name}' [${wrong.shape.join()}]`);
}

/**
 * Cross-entropy of classes or tokens: logits [..., classes], targets int64 [...] within 0 … classes − 1 everywhere,
 * mask float32 [...] (1 counts, 0 does not, fractions weigh).
 */
export function crossEntropy(
  builder: GraphBuilder,
  name: string,
  inputs: { readonly logits: Value; readonly targets: Value; readonly mask: Value },
): LossTerm {
  const { logits, targets, mask } = inputs;
  checkRows(builder, name, logits, [targets, mask]);
  const rows = reshape(builder, logits, [-1, logits.shape.at(-1) ?? 1]);
  const chosen = gatherElements(builder, logSoftmax(builder, rows), reshape(builder, targets, [-1, 1]), 1);
  const weights = reshape(builder, mask, [-1, 1]);
  const total = negate(builder, sum(builder, multiply(builder, chosen, weights)));
  return { name, total, weight: sum(builder, mask) };
}

function maskedTerm(builder: GraphBuilder, name: string, losses: Value, mask: Value): LossTerm {
  const total = sum(builder, multiply(builder, losses, mask));
  return { name, total, weight: sum(builder, mask) };
}

/**
 * Cross-entropy of distributions: probabilities [..., classes], targets [..., classes] whose rows sum to one where the mask
 * [...] is not 0. A probability below 1e-5 counts as that.
 */
export function distributionCrossEntropy(
  builder: GraphBuilder,
  name: string,
  inputs: { readonly probabilities: Value; readonly targets: Value; readonly mask: Value },
): LossTerm {
  const { probabilities, targets, mask } = inputs;
  checkRows(builder, name, probabilities, [mask]);
  const surprise = negate(builder, logarithm(builder, maximum(builder, probabilities, 1e-5)));
  const losses = sum(builder, multiply(builder, surprise, targets), [-1]);
  return maskedTerm(builder, name, reshape(builder, losses, mask.shape), mask);
}

/** Predictions with what they should be and how much each counts. */
export interface RegressionInputs {
  readonly predictions: Value;
  /** Shaped like the predictions, as is the mask. */
  readonly targets: Value;
  readonly mask: Value;
}

function difference(builder: GraphBuilder, name: string, inputs: RegressionInputs): Value {
  const { predictions, targets, mask } = inputs;
  const shape = predictions.shape.join();
  const wrong = [targets, mask].find((value) => value.shape.join() !== shape);
  if (wrong !== undefined)
    builder.fail(`loss '${name}'`, `targets and mask shaped [${shape}]`, `'${wrong.name}' [${wrong.shape.join()}]`);
  return subtract(builder, predictions, targets);
}

/** (prediction − target)², mean over the mask. */
export function squaredError(builder: GraphBuilder, name: string, inputs: RegressionInputs): LossTerm {
  return maskedTerm(builder, name, square(builder, difference(builder, name, inputs)), inputs.mask);
}

/** Quadratic up to `delta`, linear beyond (Huber 1964): ½d² or delta·(|d| − ½delta). */
export function huberError(
  builder: GraphBuilder,
  name: string,
  inputs: RegressionInputs & { readonly delta?: number },
): LossTerm {
  const { delta = 1 } = inputs;
  const size = absolute(builder, difference(builder, name, inputs));
  const near = minimum(builder, size, delta);
  const far = subtract(builder, size, near);
  const losses = add(builder, multiply(builder, square(builder, near), 0.5), multiply(builder, far, delta));
  return maskedTerm(builder, name, losses, inputs.mask);
}

/** Σ coefficient · total / weight; a weight of zero counts as zero loss, not as a division by it. */
export function objective(builder: GraphBuilder, terms: readonly LossTerm[], normalizers: readonly Value[]): Value {
  const parts = terms.map((term, position) => {
    const normalizer = maximum(builder, normalizers[position] ?? term.weight, 1e-6);
    const average = divide(builder, term.total, normalizer);
    return term.coefficient === undefined ? average : multiply(builder, average, term.coefficient);
  });
  return addAll(builder, parts);
}
