// From logits to probabilities and choices.
// Knows nothing about tokens' meanings.

/** Probabilities that add up to 1. */
export function softmax(scores: ArrayLike<number>): number[] {
  const all = Array.from(scores);
  const most = all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = all.map((score) => Math.exp(score - most));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** The largest logit, and the log of what all come to beside it. */
function totalOf(logits: Float32Array): readonly [most: number, rest: number] {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  return [most, Math.log(sum)];
}

/** log of the probability of one index, in double precision. */
export function logProbability(logits: Float32Array, index: number): number {
  const [most, rest] = totalOf(logits);
  return (logits[index] ?? Number.NEGATIVE_INFINITY) - most - rest;
}

/** The same of every index. */
export function logProbabilities(logits: Float32Array): readonly number[] {
  const [most, rest] = totalOf(logits);
  return Array.from(logits, (logit) => logit - most - rest);
}

/** Index of the largest; the first of equals. */
export function largestIndex(scores: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if ((scores[i] ?? 0) > (scores[best] ?? 0)) best = i;
  return best;
}

/** Draws an index from softmax(logits / temperature) with a number in [0, 1). */
export function drawIndex(logits: Float32Array, temperature: number, chance: number): number {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - most) / temperature));
  let left = chance * weights.reduce((a, b) => a + b, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return index;
  }
  // Rounding can leave a rest of the largest chances: the last index that can be drawn has their place.
  return weights.findLastIndex((weight) => weight > 0);
}
