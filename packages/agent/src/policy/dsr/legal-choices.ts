// Which choices of a component an environment allows now, as MineDojo's `masks` say.
// Knows nothing about models; environments without masks allow everything.
import { type Observation, type SpaceRecord, isNdArray, minedojoFunctions } from "@dsr/env-bridge/contract";

/** Mask of the argument that a function uses, by the function's name. */
const argumentMasks: Readonly<Record<string, readonly [component: string, mask: string]>> = {
  craft: ["craft", "craft_smelt"],
  equip: ["slot", "equip"],
  place: ["slot", "place"],
  destroy: ["slot", "destroy"],
};

/** Whether each choice of a component is allowed; undefined where nothing is said. `used` is the function chosen. */
export function legalChoices({ masks }: Observation, component: string, used: number): readonly boolean[] | undefined {
  if (typeof masks !== "object" || masks === null || Array.isArray(masks) || isNdArray(masks)) return undefined;
  if (component === "function") return flagsOf(masks as SpaceRecord, "action_type");
  const [own, mask] = argumentMasks[minedojoFunctions[used] ?? "none"] ?? [];
  return own === component && mask !== undefined ? flagsOf(masks as SpaceRecord, mask) : undefined;
}

function flagsOf(masks: SpaceRecord, name: string): readonly boolean[] | undefined {
  const found = masks[name];
  if (!isNdArray(found)) return undefined;
  return Array.from({ length: found.data.length }, (_, place) => Number(found.data[place]) !== 0);
}
