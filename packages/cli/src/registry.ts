// The composition root: which environments and policies the command line knows.
import { type PolicyFactory, dsrPolicy, plannerPolicy, randomPolicy } from "@dsr/agent";
import { type EnvironmentFactory, unknownNameError } from "@dsr/env-bridge";
import { createExpert, voxelSceneFactory, voxelWorldFactory } from "@dsr/voxel-world";
import { withShippedModel } from "./shipped-models.js";

/** Environments that can be served from this process, by name. */
export const environmentFactories: readonly EnvironmentFactory[] = [voxelWorldFactory, voxelSceneFactory];

/** Policies by name. */
export const policyFactories: readonly PolicyFactory[] = [expertPolicy(), randomPolicy, dsrPolicy, plannerPolicy].map(
  withShippedModel,
);

/** @throws InputError (`unknown-environment`) with the closest name */
export function environmentFactory(name: string): EnvironmentFactory {
  const found = environmentFactories.find((factory) => factory.name === name);
  if (found !== undefined) return found;
  const names = environmentFactories.map((factory) => factory.name);
  throw unknownNameError("environment", name, names, "unknown-environment");
}

/** The scripted player of the embedded world as a policy: privileged state in, public actions out. */
function expertPolicy(): PolicyFactory {
  const { observes } = createExpert();
  return {
    name: "expert",
    description: "scripted player with privileged state (entity positions)",
    observes,
    environmentOptions: { observe: [...new Set(["rgb", ...observes])] },
    create: ({ spec }) => {
      const expert = createExpert();
      return {
        name: "expert",
        reset: ({ task }) => expert.reset(task, spec),
        act: (window) => [expert.act(window.newest.observation)],
      };
    },
  };
}
