// Quantiles of samples, and a bounded store of them.
// Knows nothing about what was measured.

/** The q-quantile by linear interpolation between order statistics (NumPy's default); NaN of no samples. */
export function quantile(samples: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(samples).sort();
  return quantileOfSorted(sorted, q);
}

/** As {@link quantile}, for samples in ascending order. */
export function quantileOfSorted(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = Math.min(Math.max(q, 0), 1) * (sorted.length - 1);
  const low = Math.floor(place);
  const below = sorted[low] ?? Number.NaN;
  const above = sorted[Math.min(low + 1, sorted.length - 1)] ?? below;
  return below + (above - below) * (place - low);
}

/** Keeps the newest `capacity` samples; older ones are overwritten, so memory stays bounded. */
export class SampleStore {
  readonly #samples: Float64Array;
  #count = 0;

  constructor(capacity = 65_536) {
    this.#samples = new Float64Array(capacity);
  }

  add(sample: number): void {
    this.#samples[this.#count % this.#samples.length] = sample;
    this.#count += 1;
  }

  /** Samples ever added. */
  get count(): number {
    return this.#count;
  }

  quantile(q: number): number {
    return quantile(this.#samples.subarray(0, Math.min(this.#count, this.#samples.length)), q);
  }
}
