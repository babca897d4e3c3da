// What is needed to lay out a prompt.
// Knows nothing about how.
import type { GroundingFrame } from "../grounding/ground-question.js";
import type { OpenModel } from "./open-model.js";

/** A question about a grid of tokens. */
export interface PromptRequest {
  readonly model: Pick<OpenModel, "config" | "tokenizer">;
  /** Merged grid [t, h, w] of the clip. */
  readonly grid: readonly [number, number, number];
  readonly secondsPerGrid: number;
  /** Everything the user says after the video. */
  readonly text: string;
  readonly system: string | undefined;
  /** What boxes and times in the text refer to; models with region tokens need it. */
  readonly frame: GroundingFrame;
}
