// The item table: stack sizes, durability, weapons, armour, fuel and the blocks that items place (Minecraft 1.11).
// Knows nothing about inventories.
import type { BlockName } from "../world/blocks.js";

/** Where a worn item goes. */
export const armourSlots = ["feet", "legs", "chest", "head"] as const;
/** The name of a place to wear armour. */
export type ArmourSlot = (typeof armourSlots)[number];

/** What combat, armour, crafting and building need to know of an item. */
export interface ItemKind {
  readonly maxStack: number;
  /** Uses before it breaks; −1 where it never does. */
  readonly maxDurability: number;
  /** Damage of a full-strength hit, half hearts. */
  readonly attackDamage: number;
  /** Full-strength hits a second. */
  readonly attackSpeed: number;
  readonly isSword: boolean;
  readonly wornAt?: ArmourSlot | undefined;
  readonly armour: number;
  readonly toughness: number;
  /** Ticks that one item burns in a furnace; 0 when it is no fuel. */
  readonly burnTicks: number;
  /** The block that it places. */
  readonly block?: BlockName | undefined;
}

const plain: ItemKind = {
  maxStack: 64,
  maxDurability: -1,
  attackDamage: 1,
  attackSpeed: 4,
  isSword: false,
  armour: 0,
  toughness: 0,
  burnTicks: 0,
};

const sword = (attackDamage: number, maxDurability: number, burnTicks = 0): ItemKind => ({
  ...plain,
  maxStack: 1,
  maxDurability,
  attackDamage,
  attackSpeed: 1.6,
  isSword: true,
  burnTicks,
});

const worn = (wornAt: ArmourSlot, armour: number, maxDurability: number, toughness = 0): ItemKind => ({
  ...plain,
  maxStack: 1,
  maxDurability,
  wornAt,
  armour,
  toughness,
});

const tool = (maxDurability: number): ItemKind => ({ ...plain, maxStack: 1, maxDurability });
const fuel = (burnTicks: number): ItemKind => ({ ...plain, burnTicks });
const placeable = (block: BlockName, burnTicks = 0): ItemKind => ({ ...plain, block, burnTicks });
const stackOf = (maxStack: number): ItemKind => ({ ...plain, maxStack });

const kinds: Readonly<Record<string, ItemKind>> = {
  wooden_sword: sword(4, 59, 200),
  golden_sword: sword(4, 32),
  stone_sword: sword(5, 131),
  iron_sword: sword(6, 250),
  diamond_sword: sword(7, 1561),
  leather_boots: worn("feet", 1, 65),
  leather_leggings: worn("legs", 2, 75),
  leather_chestplate: worn("chest", 3, 80),
  leather_helmet: worn("head", 1, 55),
  iron_boots: worn("feet", 2, 195),
  iron_leggings: worn("legs", 5, 225),
  iron_chestplate: worn("chest", 6, 240),
  iron_helmet: worn("head", 2, 165),
  diamond_boots: worn("feet", 3, 429, 2),
  diamond_leggings: worn("legs", 6, 495, 2),
  diamond_chestplate: worn("chest", 8, 528, 2),
  diamond_helmet: worn("head", 3, 363, 2),
  shield: tool(336),
  shears: tool(238),
  bucket: stackOf(16),
  milk_bucket: stackOf(1),
  egg: stackOf(16),
  ender_pearl: stackOf(16),
  coal: fuel(1600),
  stick: fuel(100),
  planks: fuel(300),
  furnace: placeable("furnace"),
  crafting_table: placeable("crafting_table", 300),
  dirt: placeable("dirt"),
  sand: placeable("sand"),
  gravel: placeable("gravel"),
  sandstone: placeable("sandstone"),
  stone: placeable("stone"),
  netherrack: placeable("netherrack"),
  soul_sand: placeable("soul_sand"),
  end_stone: placeable("end_stone"),
  obsidian: placeable("obsidian"),
  glowstone: placeable("glowstone"),
  log: placeable("log", 300),
  clay: placeable("clay"),
  ice: placeable("ice"),
};

/** Facts of an item by its Minecraft name; items without a row stack to 64 and do nothing special. */
export function itemKind(name: string): ItemKind {
  return kinds[name] ?? plain;
}

const spacedNames = new Map<string, string>();

/** MineDojo's spelling of a name: spaces instead of underscores. */
export function spacedName(name: string): string {
  let spaced = spacedNames.get(name);
  if (spaced === undefined) {
    spaced = name.replaceAll("_", " ");
    spacedNames.set(name, spaced);
  }
  return spaced;
}
