// The baseline that draws every action uniformly from the action space.
// Looks at no observation.
import { createRandom, type Random, sample } from "@dsr/env-bridge/contract";
import type { Policy, PolicyCreation, PolicyFactory } from "./policy.js";

/** Uniform over the action space; the stream of actions depends on the policy's and the episode's seed alone. */
export const randomPolicy: PolicyFactory = {
  name: "random",
  description: "draws every action uniformly from the action space",
  observes: [],
  create: createRandomPolicy,
};

function createRandomPolicy({ seed, spec }: PolicyCreation): Policy {
  let random: Random = createRandom(seed, "random-policy");
  return {
    name: "random",
    reset(context) {
      random = createRandom(seed, "random-policy", String(context.seed), context.task.id);
    },
    act: () => [sample(spec.actionSpace, random)],
  };
}
