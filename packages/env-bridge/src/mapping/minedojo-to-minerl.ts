// Maps MineDojo actions to MineRL's dictionary: what an agent that acts in MineDojo's space would have pressed.
// Knows both spaces; knows nothing about who acts.
import { type MinedojoAction, decodeMinedojoAction } from "../contract/action-spaces/minedojo.js";
import { minedojoCraftItemNames } from "../contract/action-spaces/minedojo-craft-items.js";
import { type MinerlAction, minerlNoop } from "../contract/action-spaces/minerl.js";
import type { SpaceValue } from "../contract/spaces.js";
import { firstSmeltIndex } from "./minerl-to-minedojo.js";

/** First index of the crafting table's recipes in the craft list. */
const firstTableIndex = 54;

export interface MinedojoToMinerlOptions {
  readonly cameraInterval?: number;
  /** The name of the item in an inventory slot; without it `equip` and `place` are lost. */
  readonly itemIn?: (slot: number) => string | undefined;
}

export interface MinerlMapping {
  readonly action: MinerlAction;
  /** What MineRL's space cannot say: "destroy", or "equip" and "place" of an unknown slot. */
  readonly lost: readonly string[];
}

/**
 * Maps one action; stateless, because MineRL's camera is finer than MineDojo's.
 * @throws InputError (`invalid-action`) when the value leaves MineDojo's space
 */
export function minedojoToMinerl(value: SpaceValue, options: MinedojoToMinerlOptions = {}): MinerlMapping {
  const source = decodeMinedojoAction(value, options.cameraInterval);
  const fn = functionPart(source, options);
  const { forward, back, left, right, jump, sneak, sprint, pitch, yaw } = source;
  const action = { ...minerlNoop, forward, back, left, right, jump, sneak, sprint, pitch, yaw, ...fn };
  const lost = fn === undefined && source.function !== "none" ? [source.function] : [];
  return { action, lost };
}

function functionPart(source: MinedojoAction, options: MinedojoToMinerlOptions): Partial<MinerlAction> | undefined {
  switch (source.function) {
    case "attack":
      return { attack: true };
    case "use":
      return { use: true };
    case "drop":
      return { drop: true };
    case "craft":
      return craftPart(source.craftItem);
    case "equip":
    case "place": {
      const item = options.itemIn?.(source.slot);
      return item === undefined ? undefined : { [source.function]: item };
    }
    default:
      return undefined;
  }
}

function craftPart(index: number): Partial<MinerlAction> {
  const item = minedojoCraftItemNames[index] ?? "none";
  if (index >= firstSmeltIndex) return { nearbySmelt: item };
  return index >= firstTableIndex ? { nearbyCraft: item } : { craft: item };
}
