// The numbers at which an answer changes, and how they are shifted to see whether it would.
// Knows nothing about the describers that use them.
import type { Dialect } from "./question-types.js";

/** All of an answer's thresholds. */
export interface Thresholds {
  /** Ratio above which a distance or speed has become larger, and below which smaller. */
  readonly larger: number;
  readonly smaller: number;
  /** Two distances or speeds that are both below this are nearly the same, in the unit of the clues. */
  readonly still: number;
  /** Component of a unit vector from which on it lies along an axis. */
  readonly axis: number;
  /** Ratio of two speeds above which the former is faster, and below which the latter. */
  readonly faster: number;
  readonly slower: number;
}

/** Table 8 of the paper (70 and 110 degrees, 0.83); the released code has 0.3 (72.5 degrees) and 1/1.2. */
export const thresholdsOf: Readonly<Record<Dialect, Thresholds>> = {
  paper: { larger: 1.2, smaller: 0.8, still: 0.1, axis: Math.cos((70 * Math.PI) / 180), faster: 1.2, slower: 0.83 },
  released: { larger: 1 + 0.2, smaller: 1 - 0.2, still: 0.1, axis: 0.3, faster: 1 + 0.2, slower: 1 / (1 + 0.2) },
};

/** Scales the distance of a threshold to its middle, 1 of ratios, by 1 + share: 0.1 turns 1.2 into 1.22, and 0.8 into 0.78. */
function moved(thresholds: Thresholds, key: keyof Thresholds, share: number): number {
  const value = thresholds[key];
  const middle = key === "still" || key === "axis" ? 0 : 1;
  return middle + (value - middle) * (1 + share);
}

const keys = ["larger", "smaller", "still", "axis", "faster", "slower"] as const;

/** Every threshold shifted alone, up and down by `share`, and all together. */
export function shiftedThresholds(thresholds: Thresholds, share: number): readonly Thresholds[] {
  return [share, -share].flatMap((shift) => {
    const alone = keys.map((key) => ({ ...thresholds, [key]: moved(thresholds, key, shift) }));
    const together = Object.fromEntries(keys.map((key) => [key, moved(thresholds, key, shift)]));
    return [...alone, { ...thresholds, ...together }];
  });
}
