// What training says while it runs: one event a step, one line for people.
// Knows nothing about where lines go.

/** One finished step. */
export interface StepReport {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  /** Each term of a loss that has several, without its factor; empty otherwise. */
  readonly terms: Readonly<Record<string, number>>;
  readonly learningRate: number;
  readonly gradientNorm: number;
  /** Duration of the step's run. */
  readonly ms: number;
  readonly samplesPerSecond: number;
  readonly unit: string;
  readonly gflops: number;
  /** Share of the machine's MatMul peak, when that was measured. */
  readonly shareOfPeak?: number;
  readonly etaSeconds: number;
}

/** `step 120/600  loss 1.8423  52,100 tokens/s  96 GFLOP/s (61% of peak)  0:47 left`. */
export function progressLine(report: StepReport): string {
  const { step, steps, loss, samplesPerSecond, unit, gflops, shareOfPeak, etaSeconds } = report;
  const share = shareOfPeak === undefined ? "" : ` (${(100 * shareOfPeak).toFixed(0)}% of peak)`;
  return [
    `step ${step}/${steps}`,
    `loss ${loss.toFixed(4)}`,
    `${Math.round(samplesPerSecond).toLocaleString("en")} ${unit}/s`,
    `${gflops.toPrecision(3)} GFLOP/s${share}`,
    `${clock(etaSeconds)} left`,
  ].join("  ");
}

/** `1:05` or `2:03:09`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${String(rest).padStart(2, "0")}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}
