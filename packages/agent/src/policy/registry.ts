// Finds policy factories by name and checks that an environment offers what a policy reads.
// Knows nothing about any particular policy.
import { type EnvironmentSpec, InputError, unknownNameError } from "@dsr/env-bridge/contract";
import type { Policy, PolicyCreation, PolicyFactory } from "./policy.js";

/**
 * The factory of a name.
 * @throws InputError (`unknown-policy`) with the closest match
 */
export function findPolicy(factories: readonly PolicyFactory[], name: string): PolicyFactory {
  const found = factories.find((factory) => factory.name === name);
  if (found !== undefined) return found;
  const known = factories.map((factory) => factory.name);
  throw unknownNameError("policy", name, known, "unknown-policy");
}

/**
 * Makes a policy for an environment.
 * @throws InputError (`unsupported`) when the environment lacks an observation that the policy reads
 */
export async function createPolicy(factory: PolicyFactory, creation: PolicyCreation): Promise<Policy> {
  checkObserved(factory, creation.spec);
  return factory.create(creation);
}

function checkObserved(factory: PolicyFactory, spec: EnvironmentSpec): void {
  const offered = Object.keys(spec.observationSpace.spaces);
  const missing = factory.observes.find((key) => !offered.includes(key));
  if (missing === undefined) return;
  throw new InputError(
    `policy '${factory.name}': expected observation '${missing}', found ${offered.join(", ")} in environment '${spec.id}'`,
    { code: "unsupported" },
  );
}
