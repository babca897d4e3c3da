// The composition root: which environments and policies the command line knows.
import { type PolicyFactory, dsrPolicy, environmentOptionsOf, plannerPolicy, randomPolicy } from "@dsr/agent";
import { type EnvironmentFactory, type SpaceRecord, unknownNameError } from "@dsr/env-bridge";
import { createExpert, voxelSceneFactory, voxelWorldFactory } from "@dsr/voxel-world";
import { withShippedOptions } from "./shipped-models.js";

/** Environments that can be served from this process, by name. */
export const environmentFactories: readonly EnvironmentFactory[] = [voxelWorldFactory, voxelSceneFactory];

/** Policies by name. */
export const policyFactories: readonly PolicyFactory[] = [
  expertPolicy(),
  randomPolicy,
  withShippedModel(dsrPolicy),
  withShippedModel(plannerPolicy),
];

/** @throws InputError (`unknown-environment`) with the closest name */
export function environmentFactory(name: string): EnvironmentFactory {
  const found = environmentFactories.find((factory) => factory.name === name);
  if (found !== undefined) return found;
  const names = environmentFactories.map((factory) => factory.name);
  throw unknownNameError("environment", name, names, "unknown-environment");
}

/** The same policy, but with the model that comes along when none is named. */
function withShippedModel(factory: PolicyFactory): PolicyFactory {
  const filled = (options?: SpaceRecord): SpaceRecord => withShippedOptions(factory.name, options);
  return {
    ...factory,
    environmentOptions: (options) => environmentOptionsOf(factory, filled(options)),
    create: (creation) => factory.create({ ...creation, options: filled(creation.options) }),
  };
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
