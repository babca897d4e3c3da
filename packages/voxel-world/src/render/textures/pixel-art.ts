// Small helpers to paint pixel art by rule. Knows nothing about what is painted.
import { type Rgb, scaleRgb } from "../color.js";

/** A hash of texel coordinates in [−1, 1). */
export function grain(u: number, v: number, seed: number): number {
  let h = Math.imul(u + 31, 0x9e3779b1) ^ Math.imul(v + 17, 0x85ebca77) ^ Math.imul(seed + 1, 0xc2b2ae3d);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) / 2147483648;
}

/** A colour made lighter or darker by up to `amount` (0.1 = a tenth), texel by texel. */
export function speckle(color: Rgb, amount: number, [u, v, seed]: readonly [number, number, number]): Rgb {
  return scaleRgb(color, 1 + amount * grain(u, v, seed));
}

/** Speckle with larger, softer blotches under it. */
export function mottle(color: Rgb, amount: number, [u, v, seed]: readonly [number, number, number]): Rgb {
  const blotch = grain(u >> 2, v >> 2, seed + 7) + grain((u + 2) >> 2, (v + 2) >> 2, seed + 8);
  return scaleRgb(color, 1 + amount * (0.6 * grain(u, v, seed) + 0.4 * blotch));
}
