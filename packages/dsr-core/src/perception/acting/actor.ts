// What acting is: the frames of a window and an instruction go in, logits of the next actions come out.
// Knows nothing about environments: what a component means is the policy's business.
import type { ActionConfig } from "../../model/vision-language/index.js";
import type { Clip } from "../clip.js";

/** What is to be decided. */
export interface ActRequest {
  /** An even number of frames, oldest first. Pictures must not be changed afterwards: what they show is remembered. */
  readonly clip: Clip;
  readonly instruction: string;
}

/** Logits by component, each [chunk, size] in rows: the next action first. */
export type ActionLogits = ReadonlyMap<string, Float32Array>;

/** Decides what to do. Calls may overlap; those that meet are carried out as one batch. */
export interface Actor {
  /** One line that names model and device, for reports. */
  readonly description: string;
  readonly actions: ActionConfig;
  /** @throws CoreInputError for a request that cannot be answered as it is; CoreError when the machinery fails */
  decide(request: ActRequest): Promise<ActionLogits>;
  close(): Promise<void>;
}
