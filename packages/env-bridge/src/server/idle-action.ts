// The action that a realtime environment gets before its client has sent one.
// Knows nothing about sessions.
import type { EnvironmentSpec } from "../contract/environment.js";
import { zeros } from "../contract/ndarray.js";
import { type Space, type SpaceValue, violationOf } from "../contract/spaces.js";

/** The spec's own `metadata.noop` where it lies in the action space, else the zero of the space. */
export function idleActionOf(spec: EnvironmentSpec): SpaceValue {
  const { noop } = spec.metadata;
  if (noop !== undefined && violationOf(spec.actionSpace, noop) === undefined) return noop;
  return zeroOf(spec.actionSpace);
}

/** Zero, or what stands for it: the first of a discrete space, the shortest text, an empty sequence. */
export function zeroOf(space: Space): SpaceValue {
  switch (space.type) {
    case "box":
      return zeros(space.dtype, space.shape);
    case "discrete":
      return space.start;
    case "multi-discrete":
      return space.nvec.map(() => 0);
    case "multi-binary":
      return Array.from({ length: space.n }, () => 0);
    case "text":
      return " ".repeat(space.minLength);
    case "dict":
      return Object.fromEntries(Object.entries(space.spaces).map(([key, part]) => [key, zeroOf(part)]));
    case "tuple":
      return space.spaces.map(zeroOf);
    case "sequence":
      return [];
  }
}
