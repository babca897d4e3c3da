// Learning rates over time.
// Knows nothing about graphs: a schedule is a function of the step.

/** The learning rate at a step; 0 is the first. */
export type Schedule = (step: number) => number;

/** Shape of the learning rate over a run. */
export interface WarmupCosineOptions {
  readonly peak: number;
  /** Steps from zero up to the peak. */
  readonly warmup: number;
  /** Steps in all; the last of them is at the lowest rate. */
  readonly steps: number;
  /** Lowest rate as a share of the peak. */
  readonly floor?: number;
}

/** Linear warm-up, then half a cosine down to the floor (Loshchilov and Hutter 2017). */
export function warmupCosine(options: WarmupCosineOptions): Schedule {
  const { peak, warmup, steps, floor = 0 } = options;
  return (step) => {
    if (step < warmup) return (peak * (step + 1)) / warmup;
    const progress = Math.min(1, (step - warmup) / Math.max(1, steps - 1 - warmup));
    return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
  };
}

/** The same rate at every step. */
export function constantRate(rate: number): Schedule {
  return () => rate;
}
