// MineDojo's inventory and equipment of a player.
// Knows nothing about the world.
import { type SpaceRecord, ndarray } from "@dsr/env-bridge/contract";
import type { Inventory, ItemStack } from "../simulation/inventory.js";
import { itemKind, spacedName } from "../simulation/item-kinds.js";

function slots(stacks: readonly (ItemStack | undefined)[]): SpaceRecord {
  const quantity = new Float32Array(stacks.length);
  const most = new Float32Array(stacks.length);
  const left = new Float32Array(stacks.length);
  const names = stacks.map((stack, i) => {
    const durability = itemKind(stack?.name ?? "air").maxDurability;
    quantity[i] = stack?.quantity ?? 0;
    most[i] = durability;
    left[i] = durability < 0 ? -1 : durability - (stack?.wear ?? 0);
    return spacedName(stack?.name ?? "air");
  });
  const shape = [stacks.length];
  return {
    name: names,
    variant: ndarray("int64", shape, new BigInt64Array(stacks.length)),
    quantity: ndarray("float32", shape, quantity),
    max_durability: ndarray("float32", shape, most),
    cur_durability: ndarray("float32", shape, left),
  };
}

/** `inventory`: 36 slots, slot 0 is the main hand. */
export function inventoryObservation(inventory: Inventory): SpaceRecord {
  return slots(inventory.slots);
}

/** `equipment`: main hand, feet, legs, chest, head, off hand. */
export function equipmentObservation({ mainHand, worn, offHand }: Inventory): SpaceRecord {
  return slots([mainHand, worn.feet, worn.legs, worn.chest, worn.head, offHand]);
}
