// From logits to probabilities of a component's choices.
// Knows nothing about actions.

/** Softmax of each row of [rows, size]. */
export function rowProbabilities(logits: Float32Array, size: number): readonly (readonly number[])[] {
  return Array.from({ length: logits.length / size }, (_, row) =>
    softmax(logits.subarray(row * size, (row + 1) * size)),
  );
}

function softmax(logits: Float32Array): readonly number[] {
  const most = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** Scaled to a sum of 1; evenly spread where nothing is left. */
export function normalized(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total > 0 ? weight / total : 1 / weights.length));
}
