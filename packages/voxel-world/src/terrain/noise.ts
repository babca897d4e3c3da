// Smooth value noise over the plane, from integer hashing, additions and multiplications alone.
// Knows nothing about what the numbers become.

/** A square field of numbers, one per column of a world `size` blocks wide: index x + size · z. */
export interface Field {
  readonly size: number;
  readonly values: Float64Array;
}

export function createField(size: number, value = 0): Field {
  return { size, values: new Float64Array(size * size).fill(value) };
}

/** A hash of lattice coordinates in [−1, 1). */
export function latticeNoise(x: number, z: number, seed: number): number {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(z, 0x165667b1) ^ seed;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) / 2147483648;
}

/** Cubic ease from 0 to 1, flat at both ends; the argument is clamped to [0, 1]. */
export function smoothStep(t: number): number {
  const s = Math.min(1, Math.max(0, t));
  return s * s * (3 - 2 * s);
}

export interface Octave {
  /** Distance between lattice points, blocks. */
  readonly wavelength: number;
  /** Largest value; the noise lies in [−amplitude, amplitude]. */
  readonly amplitude: number;
}

/** Adds one octave of noise to a field. */
export function addNoise(field: Field, seed: number, { wavelength, amplitude }: Octave): void {
  const cells = Math.ceil(field.size / wavelength);
  const eased = Float64Array.from({ length: wavelength }, (_, i) => smoothStep(i / wavelength));
  for (let cellZ = 0; cellZ < cells; cellZ++) {
    for (let cellX = 0; cellX < cells; cellX++) {
      const corners = [0, 1, 2, 3].map((c) => amplitude * latticeNoise(cellX + (c & 1), cellZ + (c >> 1), seed));
      addCell(field, { cellX, cellZ, wavelength, eased, corners });
    }
  }
}

interface Cell {
  readonly cellX: number;
  readonly cellZ: number;
  readonly wavelength: number;
  readonly eased: Float64Array;
  readonly corners: readonly number[];
}

function addCell({ size, values }: Field, { cellX, cellZ, wavelength, eased, corners }: Cell): void {
  const [c00 = 0, c10 = 0, c01 = 0, c11 = 0] = corners;
  const startX = cellX * wavelength;
  const startZ = cellZ * wavelength;
  const width = Math.min(wavelength, size - startX);
  const depth = Math.min(wavelength, size - startZ);
  for (let z = 0; z < depth; z++) {
    const v = eased[z] ?? 0;
    const left = c00 + (c01 - c00) * v;
    const slope = c10 + (c11 - c10) * v - left;
    const row = startX + size * (startZ + z);
    for (let x = 0; x < width; x++) values[row + x] = (values[row + x] ?? 0) + left + slope * (eased[x] ?? 0);
  }
}

/** A field of several octaves around `base`. */
export function noiseField(size: number, seed: number, { base, octaves }: NoiseShape): Field {
  const field = createField(size, base);
  octaves.forEach((octave, i) => addNoise(field, seed + Math.imul(i + 1, 0x9e3779b9), octave));
  return field;
}

export interface NoiseShape {
  readonly base: number;
  readonly octaves: readonly Octave[];
}
