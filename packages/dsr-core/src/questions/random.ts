// What question making needs of a random stream, and the draws built on it.
// Knows nothing about how numbers are made; the environment bridge's `Random` fits.

/** A stream of random numbers, passed in wherever something random happens. */
export interface RandomSource {
  /** A number in [0, 1). */
  float(): number;
  /** An integer in [0, n). */
  integer(n: number): number;
}

/** One of a list, all as likely; undefined of an empty one. */
export function pick<T>(random: RandomSource, list: readonly T[]): T | undefined {
  return list.length === 0 ? undefined : list[random.integer(list.length)];
}

/** A copy in random order (Fisher–Yates). */
export function shuffled<T>(random: RandomSource, list: readonly T[]): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const [a, b] = [copy[i], copy[j]];
    if (a !== undefined && b !== undefined) [copy[i], copy[j]] = [b, a];
  }
  return copy;
}

/** An index drawn with the given weights; −1 when none is positive. */
export function drawWeighted(random: RandomSource, weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = random.float() * total;
  for (const [i, weight] of weights.entries()) {
    if (weight > 0 && left < weight) return i;
    left -= weight;
  }
  return weights.findLastIndex((weight) => weight > 0);
}
