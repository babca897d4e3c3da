// Shapes height fields: level ground around the start, a rising rim at the border.
// Knows nothing about blocks or biomes.
import { type Field, smoothStep } from "./noise.js";

/** Within this distance of the middle the ground is nearly level, metres; it meets the wild relief at `wildRadius`. */
const levelRadius = 13;
const wildRadius = 32;
/** Share of the relief that stays inside `levelRadius`. */
const relief = 0.12;
const rimWidth = 22;

/** Distance of a column from the middle of the field, in blocks. */
export function distanceFromMiddle(size: number, x: number, z: number): number {
  const dx = x - size / 2;
  const dz = z - size / 2;
  return Math.sqrt(dx * dx + dz * dz);
}

/** Pulls heights around the middle towards `height`, smoothly. */
export function levelMiddle({ size, values }: Field, height: number): void {
  const low = Math.floor(size / 2 - wildRadius);
  const high = Math.ceil(size / 2 + wildRadius);
  for (let z = Math.max(0, low); z < Math.min(size, high); z++) {
    for (let x = Math.max(0, low); x < Math.min(size, high); x++) {
      const outward = (distanceFromMiddle(size, x, z) - levelRadius) / (wildRadius - levelRadius);
      const keep = relief + (1 - relief) * smoothStep(outward);
      const wild = values[x + size * z] ?? 0;
      values[x + size * z] = height + (wild - height) * keep;
    }
  }
}

/** Adds up to `rise` blocks towards the border, so that nobody sees the world's edge. */
export function raiseRim({ size, values }: Field, rise: number): void {
  for (let z = 0; z < size; z++) {
    for (let x = 0; x < size; x++) {
      const inset = Math.min(x, z, size - 1 - x, size - 1 - z);
      if (inset >= rimWidth) continue;
      const t = 1 - inset / rimWidth;
      values[x + size * z] = (values[x + size * z] ?? 0) + rise * t * t;
    }
  }
}

/** The height at the middle of a field. */
export function middleHeight({ size, values }: Field): number {
  const middle = Math.floor(size / 2);
  return values[middle + size * middle] ?? 0;
}
