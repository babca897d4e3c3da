// Which optimiser moves which weights of the model family.
// Knows nothing about graphs.
import { type ParameterGroup, adamWGroups, isHiddenMatrix } from "../../engine/index.js";

/**
 * Look-up tables, learned queries and output layers are no matrices in Muon's sense; mergers are, but so large that the
 * iteration would take a tenth of a step.
 */
const NOT_HIDDEN = /^heads\.|queries|track_time|region_box|merger/;

/** Muon for matrices inside the network, AdamW for the rest. */
export function smallModelGroups(weightDecay = 0.01): readonly ParameterGroup[] {
  return [
    {
      name: "hidden matrices",
      matches: (parameter) => isHiddenMatrix(parameter) && !NOT_HIDDEN.test(parameter.value.name),
      optimizer: { kind: "muon", weightDecay },
    },
    ...adamWGroups({ betas: [0.9, 0.98], weightDecay }),
  ];
}
