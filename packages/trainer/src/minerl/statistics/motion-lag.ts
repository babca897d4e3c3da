// Whether pictures move when the camera does: a check of alignment that needs nothing but the recording itself.
// Knows nothing about layouts.
import type { RgbImage } from "@dsr/dsr-core/video";
import type { Turn } from "../preparation/camera-turns.js";

/** Cells of the small grey picture that changes are measured on. */
const cells = 16;

/** How the change of the picture follows the camera. */
export interface MotionLag {
  /** Steps by which pictures are late against the actions; 0 when they are aligned. Null where nothing moves. */
  readonly lag: number | null;
  /** Correlation of turn and change at each lag, from −3 to 3; null where either is constant. */
  readonly correlations: readonly (number | null)[];
}

/** Lags that are tried. */
export const triedLags = [-3, -2, -1, 0, 1, 2, 3] as const;
/** A best correlation below this says nothing. */
const leastCorrelation = 0.2;

/** Mean grey of 16 × 16 cells. */
export function thumbnail({ width, height, data }: RgbImage): Float32Array {
  const grey = new Float32Array(cells * cells);
  const counts = new Float32Array(cells * cells);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * cells) / height) * cells;
    for (let x = 0; x < width; x++) {
      const cell = row + Math.floor((x * cells) / width);
      const at = 3 * (y * width + x);
      grey[cell] = (grey[cell] ?? 0) + (data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0);
      counts[cell] = (counts[cell] ?? 0) + 3;
    }
  }
  return grey.map((sum, i) => sum / Math.max(counts[i] ?? 1, 1));
}

/** Mean absolute difference of two thumbnails. */
export function changeBetween(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  return sum / a.length;
}

/**
 * The lag at which the size of turns and the change of pictures agree best.
 * @param changes change from frame i to frame i + 1, which action i should have made
 */
export function motionLag(turns: readonly Turn[], changes: readonly number[]): MotionLag {
  // a turn by far is no larger a change than one by half a picture
  const sizes = turns.map(({ pitch, yaw }) => Math.min(Math.abs(pitch) + Math.abs(yaw), 30));
  const correlations = triedLags.map((lag) => {
    const pairs = sizes.flatMap((size, i) => {
      const change = changes[i + lag];
      return change === undefined ? [] : [[size, change] as const];
    });
    return correlation(pairs);
  });
  const best = correlations.reduce<number>((most, value) => Math.max(most, value ?? -1), -1);
  const lag = best < leastCorrelation ? null : (triedLags[correlations.indexOf(best)] ?? null);
  return { lag, correlations };
}

function correlation(pairs: readonly (readonly [number, number])[]): number | null {
  const n = pairs.length;
  if (n < 3) return null;
  let [sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0];
  for (const [x, y] of pairs) {
    sx += x;
    sy += y;
    sxx += x * x;
    syy += y * y;
    sxy += x * y;
  }
  const spread = (sxx - (sx * sx) / n) * (syy - (sy * sy) / n);
  return spread > 1e-9 ? (sxy - (sx * sy) / n) / Math.sqrt(spread) : null;
}
