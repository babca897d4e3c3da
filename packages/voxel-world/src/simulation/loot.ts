// What mobs leave behind, by Minecraft 1.11's loot tables.
// Knows nothing about where the items fall.
import type { Random } from "@dsr/env-bridge/contract";
import type { MobKind } from "../world/mob-kinds.js";

interface LootRow {
  readonly item: string;
  readonly least: number;
  readonly most: number;
  /** Name of the item when the animal burnt. */
  readonly cooked?: string;
}

/** Ranges are inclusive; every number in a range is equally likely. A negative least means "often none". */
export const lootTables: Readonly<Record<MobKind, readonly LootRow[]>> = {
  cow: [
    { item: "leather", least: 0, most: 2 },
    { item: "beef", least: 1, most: 3, cooked: "cooked_beef" },
  ],
  sheep: [{ item: "mutton", least: 1, most: 2, cooked: "cooked_mutton" }],
  pig: [{ item: "porkchop", least: 1, most: 3, cooked: "cooked_porkchop" }],
  chicken: [
    { item: "feather", least: 0, most: 2 },
    { item: "chicken", least: 1, most: 1, cooked: "cooked_chicken" },
  ],
  zombie: [{ item: "rotten_flesh", least: 0, most: 2 }],
  spider: [
    { item: "string", least: 0, most: 2 },
    { item: "spider_eye", least: -1, most: 1 },
  ],
  zombie_pigman: [
    { item: "rotten_flesh", least: 0, most: 1 },
    { item: "gold_nugget", least: 0, most: 1 },
  ],
  enderman: [{ item: "ender_pearl", least: 0, most: 1 }],
};

/** Items that come from every unsheared sheep. */
const woolOfSheep = { item: "wool", quantity: 1 };

/** Some items of one kind. */
export interface Drop {
  readonly item: string;
  readonly quantity: number;
}

/** Draws the drops of one dead mob. */
export function drawLoot(
  kind: MobKind,
  state: { readonly burning: boolean; readonly sheared: boolean },
  random: Random,
): readonly Drop[] {
  const drops: Drop[] = [];
  for (const row of lootTables[kind]) {
    const quantity = row.least + random.integer(row.most - row.least + 1);
    if (quantity > 0) drops.push({ item: state.burning ? (row.cooked ?? row.item) : row.item, quantity });
  }
  if (kind === "sheep" && !state.sheared) drops.push(woolOfSheep);
  return drops;
}
