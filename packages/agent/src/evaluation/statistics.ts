// The statistics of success rates: intervals, means over seeds, trimmed means. Pure functions.
// Knows nothing about tasks, files or agents.
import { createRandom, type Random, type Seed } from "@dsr/env-bridge/contract";
import { quantileOfSorted } from "../metrics/quantile.js";

/** Lower and upper end, as fractions. */
export type Interval = readonly [low: number, high: number];

/** Standard normal quantile of a two-sided 95% interval. */
export const z95 = 1.959963984540054;

/**
 * Wilson's score interval of a success rate; [0, 1] of no trials. Unlike the normal approximation it stays inside
 * [0, 1] and has a width at 0 and 100%. (Wilson 1927.)
 */
export function wilsonInterval(successes: number, trials: number, z = z95): Interval {
  if (trials === 0) return [0, 1];
  const rate = successes / trials;
  const z2 = z * z;
  const center = (rate + z2 / (2 * trials)) / (1 + z2 / trials);
  const half = (z / (1 + z2 / trials)) * Math.sqrt((rate * (1 - rate)) / trials + z2 / (4 * trials * trials));
  // at 0 and at all successes the ends are exactly 0 and 1; rounding must not move them
  const low = successes === 0 ? 0 : Math.max(0, center - half);
  const high = successes === trials ? 1 : Math.min(1, center + half);
  return [low, high];
}

/** Arithmetic mean; null of nothing. */
export function meanOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Standard deviation with `ddof` degrees of freedom taken off (1: the sample's, 0: the population's); null when there
 * are not more values than that.
 */
export function standardDeviation(values: readonly number[], ddof = 1): number | null {
  const mean = meanOf(values);
  if (mean === null || values.length <= ddof) return null;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - ddof));
}

/**
 * Interquartile mean: the mean without the lowest and highest quarter, floor(n / 4) values at each end (rliable's
 * definition, Agarwal et al. 2021); null of nothing.
 */
export function interquartileMean(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  return meanOf(sorted.slice(cut, sorted.length - cut));
}

/** How to resample. */
export interface BootstrapOptions {
  readonly seed?: Seed;
  /** Resamples; 2000 unless given. */
  readonly replicates?: number;
  /** Two-sided; 0.95 unless given. */
  readonly confidence?: number;
}

/**
 * Percentile bootstrap of the mean of stratum means: episodes are drawn again within each stratum (a seed, or a task
 * and seed), so that no stratum gets more weight by chance. Empty strata are left out. The same seed gives the same
 * interval. Null of nothing.
 */
export function stratifiedBootstrap(
  strata: readonly (readonly number[])[],
  options: BootstrapOptions = {},
): Interval | null {
  const filled = strata.filter((stratum) => stratum.length > 0);
  if (filled.length === 0) return null;
  const random = createRandom(options.seed ?? "bootstrap", "stratified");
  const means = new Float64Array(options.replicates ?? 2000);
  for (let i = 0; i < means.length; i++) means[i] = resampledMean(filled, random);
  means.sort();
  const tail = (1 - (options.confidence ?? 0.95)) / 2;
  return [quantileOfSorted(means, tail), quantileOfSorted(means, 1 - tail)];
}

function resampledMean(strata: readonly (readonly number[])[], random: Random): number {
  let sum = 0;
  for (const stratum of strata) {
    let part = 0;
    for (let i = 0; i < stratum.length; i++) part += stratum[random.integer(stratum.length)] ?? 0;
    sum += part / stratum.length;
  }
  return sum / strata.length;
}
