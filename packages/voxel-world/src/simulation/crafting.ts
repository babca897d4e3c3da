// Recipes that the tasks can need: smelting meat, and a few crafts by hand and at a table.
// Knows nothing about where tables and furnaces stand.
import type { Inventory } from "./inventory.js";
import { itemKind } from "./item-kinds.js";

/** How many items one making gives, from which items, and where. */
export interface Recipe {
  readonly makes: number;
  readonly from: Readonly<Record<string, number>>;
  readonly place: "hand" | "table" | "furnace";
}

const smelted = (from: string): Recipe => ({ makes: 1, from: { [from]: 1 }, place: "furnace" });

/** Recipes by the item they make. */
export const recipes: Readonly<Record<string, Recipe>> = {
  cooked_beef: smelted("beef"),
  cooked_mutton: smelted("mutton"),
  cooked_porkchop: smelted("porkchop"),
  cooked_chicken: smelted("chicken"),
  iron_ingot: smelted("iron_ore"),
  planks: { makes: 4, from: { log: 1 }, place: "hand" },
  stick: { makes: 4, from: { planks: 2 }, place: "hand" },
  crafting_table: { makes: 1, from: { planks: 4 }, place: "hand" },
  wool: { makes: 1, from: { string: 4 }, place: "hand" },
  shears: { makes: 1, from: { iron_ingot: 2 }, place: "hand" },
  gold_nugget: { makes: 9, from: { gold_ingot: 1 }, place: "hand" },
  bucket: { makes: 1, from: { iron_ingot: 3 }, place: "table" },
  furnace: { makes: 1, from: { cobblestone: 8 }, place: "table" },
  wooden_sword: { makes: 1, from: { planks: 2, stick: 1 }, place: "table" },
};

/** Ticks that smelting one item takes of a fuel's burn time. */
export const smeltTicks = 200;

/** What stands near the crafter. */
export interface Workplace {
  readonly table: boolean;
  readonly furnace: boolean;
}

/** A furnace's fire that outlasts one smelting, in ticks. */
export interface FurnaceFire {
  burnTicks: number;
}

/** Makes an item once. Returns undefined when it was made, else why not, in words. */
export function craft(inventory: Inventory, item: string, workplace: Workplace, fire: FurnaceFire): string | undefined {
  const recipe = recipes[item];
  if (recipe === undefined) return `craft ${item}: this world has no recipe for it`;
  if (recipe.place === "table" && !workplace.table)
    return `craft ${item}: expected a crafting table nearby, found none`;
  if (recipe.place === "furnace" && !workplace.furnace) return `smelt ${item}: expected a furnace nearby, found none`;
  for (const [part, quantity] of Object.entries(recipe.from)) {
    const found = inventory.count(part);
    if (found < quantity) return `craft ${item}: expected ${quantity} ${part}, found ${found}`;
  }
  if (recipe.place === "furnace" && !feedFire(inventory, fire)) return `smelt ${item}: expected fuel, found none`;
  for (const [part, quantity] of Object.entries(recipe.from)) inventory.takeNamed(part, quantity);
  inventory.add(item, recipe.makes);
  return undefined;
}

/** Burns enough for one smelting, taking a new piece of fuel when the fire is too low. */
function feedFire(inventory: Inventory, fire: FurnaceFire): boolean {
  while (fire.burnTicks < smeltTicks) {
    const fuel = inventory.slots.find((stack) => stack !== undefined && itemKind(stack.name).burnTicks > 0);
    if (fuel === undefined || !inventory.takeNamed(fuel.name, 1)) return false;
    fire.burnTicks += itemKind(fuel.name).burnTicks;
  }
  fire.burnTicks -= smeltTicks;
  return true;
}
