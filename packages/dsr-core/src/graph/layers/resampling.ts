// Bicubic resampling of one axis as a matrix, with pixel centres at half places as PyTorch's interpolate does.
// Source: Keys 1981 (cubic convolution); knows nothing about graphs.

/** PyTorch takes a = −0.75 without antialias and −0.5 with it. */
function cubicWeight(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/** Weights of the four nearest places; places outside count for the border. */
function plainRow(source: number, centre: number): Float64Array {
  const row = new Float64Array(source);
  const first = Math.floor(centre) - 1;
  for (let offset = 0; offset < 4; offset++) {
    const place = Math.min(Math.max(first + offset, 0), source - 1);
    row[place] = (row[place] ?? 0) + cubicWeight(centre - (first + offset), -0.75);
  }
  return row;
}

/** Weights of all places under the widened kernel, normalised; places outside do not count. */
function smoothRow(source: number, centre: number, ratio: number): Float64Array {
  const row = new Float64Array(source);
  const width = Math.max(ratio, 1);
  const low = Math.max(Math.floor(centre + 0.5 - 2 * width + 0.5), 0);
  const high = Math.min(Math.floor(centre + 0.5 + 2 * width + 0.5), source);
  let total = 0;
  for (let place = low; place < high; place++) {
    const weight = cubicWeight((place - centre) / width, -0.5);
    row[place] = weight;
    total += weight;
  }
  return row.map((weight) => weight / total);
}

/** Row-major [target, source]: each row sums to 1. */
export function resamplingMatrix(source: number, target: number, antialias: boolean): Float64Array {
  const ratio = source / target;
  const matrix = new Float64Array(target * source);
  for (let place = 0; place < target; place++) {
    const centre = (place + 0.5) * ratio - 0.5;
    matrix.set(antialias ? smoothRow(source, centre, ratio) : plainRow(source, centre), place * source);
  }
  return matrix;
}
