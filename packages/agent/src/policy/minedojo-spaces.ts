// What policies that speak MineDojo's action space ask of an environment.
// Knows nothing about any particular policy.
import {
  type EnvironmentSpec,
  InputError,
  type Space,
  defaultCameraInterval,
  minedojoActionSpace,
} from "@dsr/env-bridge/contract";

/** Degrees between the environment's camera bins: what it says, or MineDojo's 15. */
export function cameraIntervalOf({ metadata }: EnvironmentSpec): number {
  return Number(metadata["cameraInterval"] ?? defaultCameraInterval);
}

/** A space in words: `MultiDiscrete [3, 3, 4]`, `Box float32 [7]`, `Dict of camera, forward`. */
export function wordSpace(space: Space): string {
  switch (space.type) {
    case "multi-discrete":
      return `MultiDiscrete [${space.nvec.join(", ")}]`;
    case "discrete":
      return `Discrete ${space.n}`;
    case "box":
      return `Box ${space.dtype} [${space.shape.join(", ")}]`;
    case "dict":
      return `Dict of ${Object.keys(space.spaces).join(", ")}`;
    default:
      return `a space of type ${space.type}`;
  }
}

/**
 * Refuses an environment that does not take MineDojo's actions.
 * @param cameraInterval degrees between camera bins that the policy knows; those of the environment unless given
 * @throws InputError (`unsupported`) with the space that is expected and the one that is found
 */
export function checkMinedojoSpace(policy: string, spec: EnvironmentSpec, cameraInterval?: number): void {
  const expected = wordSpace(minedojoActionSpace(cameraInterval ?? cameraIntervalOf(spec)));
  const found = wordSpace(spec.actionSpace);
  if (found === expected) return;
  throw new InputError(
    `policy '${policy}': expected action space ${expected}, found ${found} in environment '${spec.id}'`,
    { code: "unsupported" },
  );
}
