// Quantises camera motion to bins without losing any: what rounding leaves over is carried to the next step.
// Knows angles and bins only.

export interface CameraResidualOptions {
  /** Degrees between bins. */
  readonly cameraInterval: number;
  /** Largest turn of one step, degrees: 180 in MineDojo. */
  readonly limit?: number;
}

/**
 * Error diffusion for one camera axis. After every step |sum of turns − sum of bins| ≤ cameraInterval / 2, where plain
 * rounding would lose every motion below half a bin.
 */
export class CameraResidual {
  readonly #interval: number;
  readonly #limit: number;
  #residual = 0;

  constructor(options: CameraResidualOptions) {
    this.#interval = options.cameraInterval;
    this.#limit = options.limit ?? 180;
  }

  /** Degrees turned by the source and not yet by the bins. */
  get residual(): number {
    return this.#residual;
  }

  /** Adds a turn of at most `limit` degrees and returns the multiple of the interval to turn by now. */
  quantize(degrees: number): number {
    const wanted = this.#residual + degrees;
    const most = Math.floor(this.#limit / this.#interval);
    const bins = Math.min(Math.max(Math.round(wanted / this.#interval), -most), most);
    this.#residual = wanted - bins * this.#interval;
    return bins * this.#interval;
  }

  reset(): void {
    this.#residual = 0;
  }
}

/** Wraps degrees into [−180, 180]; turns by more than half a circle are the shorter turn the other way. */
export function wrapTurn(degrees: number): number {
  return Math.abs(degrees) <= 180 ? degrees : degrees - 360 * Math.round(degrees / 360);
}
