// All steps of many episodes as one stream: frame, action and place in the episode.
// Knows nothing about action spaces of models.
import { type Demonstration, type DemonstrationStep, demonstrationSteps } from "../demonstration.js";
import type { DemonstrationReference } from "../layouts/open-demonstration.js";
import { type StreamOptions, interleaveEpisodes } from "./interleave.js";

/** A step and the episode that it belongs to. */
export interface StreamedStep extends DemonstrationStep {
  readonly demonstration: Demonstration;
}

/**
 * Steps of all episodes, aligned frame by frame, `parallel` episodes beside each other. At most
 * `parallel` × (`ahead` + 2) frames are held.
 */
export function streamDemonstrations(
  references: readonly DemonstrationReference[],
  options: StreamOptions = {},
): AsyncGenerator<StreamedStep> {
  return interleaveEpisodes(references, stepsWithEpisode, options);
}

async function* stepsWithEpisode(demonstration: Demonstration): AsyncGenerator<StreamedStep> {
  for await (const step of demonstrationSteps(demonstration)) yield { ...step, demonstration };
}
