// Scaled dot-product attention (Vaswani et al. 2017) with grouped key and value heads.
// Knows nothing about projections, positions or caches.
import type { GraphBuilder } from "../builder.js";
import type { Dimension, Value } from "../graph.js";
import { float32Data } from "../data.js";
import { divideDimensions } from "../dimension.js";
import { add } from "../operators/elementwise.js";
import { matMul, matrixProduct } from "../operators/matmul.js";
import { reshape, transpose } from "../operators/movement.js";
import { softmax } from "../operators/reduction.js";

/**
 * Added to scores that must not count: their weight falls by e^−50 = 2e-22, far below what float32 can add to a sum. A
 * score further down would make the softmax give denormal numbers, on which processors are slow: it would more than double
 * the attention's time. Models whose scores spread by more than about 30 want EXACT_MASKED_SCORE.
 */
export const MASKED_SCORE = -50;

/** Gives masked places weight zero whatever the scores; slower on CPUs. */
export const EXACT_MASKED_SCORE = -1e9;

/** [batch, tokens, heads·size] → [batch, heads, tokens, size]. */
export function splitHeads(builder: GraphBuilder, x: Value, heads: number): Value {
  const [batch = 1, tokens = 1, width = 1] = x.shape;
  const size = divideDimensions(width, heads);
  if (x.shape.length !== 3 || size === undefined)
    return builder.fail("attention heads", `[batch, tokens, a multiple of ${heads}]`, `[${x.shape.join(", ")}]`);
  return transpose(builder, reshape(builder, x, [batch, tokens, heads, size]), [0, 2, 1, 3]);
}

/** [batch, heads, tokens, size] → [batch, tokens, heads·size]. */
export function mergeHeads(builder: GraphBuilder, x: Value): Value {
  const [batch = 1, heads = 1, tokens = 1, size = 1] = x.shape;
  if (typeof heads !== "number" || typeof size !== "number")
    return builder.fail("attention heads", "heads and head size known in advance", `[${x.shape.join(", ")}]`);
  return reshape(builder, transpose(builder, x, [0, 2, 1, 3]), [batch, tokens, heads * size]);
}

/** What is done to the scores. */
export interface AttentionOptions {
  /** Added to the scores: broadcasts to [batch, heads, queries, keys]; 0 where allowed, a masked score where not. */
  readonly bias?: Value;
  /** Factor on the scores; 1/√size when absent. */
  readonly scale?: number;
}

/** [batch, heads, tokens, size] with neighbouring heads one below the other: [batch, heads / times, times·tokens, size]. */
function stackHeads(builder: GraphBuilder, x: Value, heads: Dimension): Value {
  const [batch = 1, , , size = 1] = x.shape;
  return x.shape[1] === heads ? x : reshape(builder, x, [batch, heads, -1, size]);
}

/**
 * softmax(scale·q·kᵀ + bias), [batch, heads, queries, keys], with q and k [batch, heads, tokens, size]; k may have fewer
 * heads. Query heads that share a key head are stacked, so that keys need not be copied.
 */
export function attentionWeights(
  builder: GraphBuilder,
  inputs: { readonly query: Value; readonly key: Value },
  options: AttentionOptions = {},
): Value {
  const { query, key } = inputs;
  const [batch = 1, heads = 1, queries = 1, size] = query.shape;
  const [, keyHeads = 1, keys = 1] = key.shape;
  const alpha = options.scale ?? 1 / Math.sqrt(Number(size));
  const stacked = stackHeads(builder, query, keyHeads);
  const scores = matrixProduct(builder, stacked, key, { transposeB: true, alpha });
  const apart = heads === keyHeads ? scores : reshape(builder, scores, [batch, heads, queries, keys]);
  return softmax(builder, options.bias === undefined ? apart : add(builder, apart, options.bias));
}

/** Weighted sums of values [batch, heads, keys, size]; values may have fewer heads than the weights. */
export function applyAttention(builder: GraphBuilder, weights: Value, value: Value): Value {
  const [batch = 1, heads = 1, queries = 1] = weights.shape;
  const [, valueHeads = 1, , size = 1] = value.shape;
  const mixed = matMul(builder, stackHeads(builder, weights, valueHeads), value);
  return heads === valueHeads ? mixed : reshape(builder, mixed, [batch, heads, queries, size]);
}

/** softmax(scale·q·kᵀ + bias)·v with q, k, v [batch, heads, tokens, size]; k and v may have fewer heads. */
export function attend(
  builder: GraphBuilder,
  inputs: { readonly query: Value; readonly key: Value; readonly value: Value },
  options: AttentionOptions = {},
): Value {
  return applyAttention(builder, attentionWeights(builder, inputs, options), inputs.value);
}

/** A constant [queries, keys] that lets each query see the keys up to its own place (the last ones aligned). */
export function causalBias(builder: GraphBuilder, queries: number, keys: number, maskedScore = MASKED_SCORE): Value {
  const elements = new Float32Array(queries * keys);
  for (let query = 0; query < queries; query++)
    elements.fill(maskedScore, query * keys + query + 1 + keys - queries, (query + 1) * keys);
  return builder.constant(float32Data([queries, keys], elements));
}

/** A bias [batch, 1, 1, keys] from a mask (float32 [batch, keys], 1 = token, 0 = padding). */
export function paddingBias(builder: GraphBuilder, mask: Value, maskedScore = MASKED_SCORE): Value {
  const [batch, keys]: readonly (Dimension | undefined)[] = mask.shape;
  const bias = builder.emitOne("Mul", [
    builder.emitOne("Sub", [mask, builder.scalar(1)]),
    builder.scalar(-maskedScore),
  ]);
  return reshape(builder, bias, [batch ?? 1, 1, 1, keys ?? 1]);
}
