// What is needed to lay out a prompt.
// Knows nothing about how.
import type { OpenModel } from "./open-model.js";

/** A question about a grid of tokens. */
export interface PromptRequest {
  readonly model: OpenModel;
  /** Merged grid [t, h, w] of the clip. */
  readonly grid: readonly [number, number, number];
  readonly secondsPerGrid: number;
  /** Everything the user says after the video. */
  readonly text: string;
  readonly system: string | undefined;
}
