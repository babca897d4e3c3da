// Disturbs a player: now and then it walks and looks elsewhere for a few steps, so that recovery is shown too.
// Knows nothing about the player. Source of the idea: DART (Laskey et al. 2017), noise injected while labels stay right.
import { type Random, cameraBins } from "@dsr/env-bridge/contract";

/** How strong the noise is. */
export interface NoiseOptions {
  /** Chance that a disturbance begins at a step. */
  readonly rate: number;
  /** Steps of the longest disturbance. */
  readonly longest: number;
  /** Degrees between camera bins. */
  readonly cameraInterval: number;
}

const [pitchAt, yawAt] = [3, 4];

/** What is carried out in place of what was meant. Functions (attack, use, …) stay as they were meant. */
export class ActionNoise {
  readonly #random: Random;
  readonly #options: NoiseOptions;
  #left = 0;
  #walk: readonly [number, number] = [0, 0];

  constructor(random: Random, options: NoiseOptions) {
    this.#random = random;
    this.#options = options;
  }

  /** The disturbed action; the camera is pushed once, as a disturbance begins. */
  apply(action: readonly number[]): readonly number[] {
    if (this.#left > 0) return this.#walked(action);
    if (this.#random.float() >= this.#options.rate) return action;
    this.#left = 1 + this.#random.integer(this.#options.longest);
    this.#walk = [this.#random.integer(3), this.#random.integer(3)];
    const pushed = action
      .with(yawAt, this.#pushed(action[yawAt] ?? 0, 3))
      .with(pitchAt, this.#pushed(action[pitchAt] ?? 0, 1));
    return this.#walked(pushed);
  }

  #walked(action: readonly number[]): readonly number[] {
    this.#left -= 1;
    return action.with(0, this.#walk[0]).with(1, this.#walk[1]);
  }

  #pushed(bin: number, most: number): number {
    const moved = bin + this.#random.integer(2 * most + 1) - most;
    return Math.min(Math.max(moved, 0), cameraBins(this.#options.cameraInterval) - 1);
  }
}
