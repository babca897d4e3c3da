// The last few frames of an episode, bounded.
// Knows nothing about who looks at them.
import type { Observation, StepInfo } from "@dsr/env-bridge/contract";
import { copyRecord } from "./copy-value.js";

/** One observation with its place in the episode. */
export interface Frame {
  /** Steps taken before this frame; 0 is the frame of the reset. */
  readonly step: number;
  /** When the loop received it, milliseconds of the loop's clock. */
  readonly time: number;
  readonly observation: Observation;
  readonly info: StepInfo;
}

/** What a policy sees: the newest frame and up to `length − 1` before it, oldest first. */
export interface FrameWindow {
  readonly frames: readonly Frame[];
  readonly newest: Frame;
}

/**
 * Keeps the last `length` frames. Frames are copied when more than one is kept, because environments may reuse their
 * buffers from step to step; a window of one is valid until the next step.
 */
export class FrameRing {
  readonly #frames: Frame[] = [];
  readonly #length: number;

  constructor(length: number) {
    this.#length = Math.max(1, Math.floor(length));
  }

  /** Adds a frame, drops the oldest when full, and returns the window that ends with it. */
  push(frame: Frame): FrameWindow {
    const kept = this.#length === 1 ? frame : { ...frame, observation: copyRecord(frame.observation) };
    if (this.#frames.length === this.#length) this.#frames.shift();
    this.#frames.push(kept);
    return { frames: this.#frames.slice(), newest: kept };
  }
}
