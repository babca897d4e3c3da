// The block table: ids are indices, names are Minecraft's. Knows nothing about textures or terrain.

/** What physics and light need to know of a block. */
export interface BlockType {
  readonly name: string;
  /** Stops bodies and rays. */
  readonly solid: boolean;
  readonly liquid: boolean;
  /** Light given off, 0 to 15. */
  readonly light: number;
}

const solid = <Name extends string>(name: Name, light = 0) => ({ name, solid: true, liquid: false, light });
const liquid = <Name extends string>(name: Name, light = 0) => ({ name, solid: false, liquid: true, light });

/** Append only: goldens depend on the ids. */
export const blockTypes = [
  { name: "air", solid: false, liquid: false, light: 0 },
  solid("stone"),
  solid("dirt"),
  solid("grass"),
  solid("sand"),
  solid("sandstone"),
  solid("gravel"),
  solid("bedrock"),
  solid("snow"),
  liquid("water"),
  liquid("lava", 15),
  solid("log"),
  solid("leaves"),
  solid("spruce_log"),
  solid("spruce_leaves"),
  solid("jungle_log"),
  solid("jungle_leaves"),
  solid("cactus"),
  solid("netherrack"),
  solid("soul_sand"),
  solid("glowstone", 15),
  solid("end_stone"),
  solid("obsidian"),
  solid("furnace"),
  solid("crafting_table"),
  solid("clay"),
  solid("ice"),
  solid("snowy_grass"),
] as const satisfies readonly BlockType[];

export type BlockName = (typeof blockTypes)[number]["name"];

const idsByName = new Map<string, number>(blockTypes.map(({ name }, id) => [name, id]));

/** The id of a block by its name. */
export function blockId(name: BlockName): number {
  return idsByName.get(name) ?? 0;
}

/** Per id: 1 where the block is solid. */
export const solidTable = Uint8Array.from(blockTypes, (block) => (block.solid ? 1 : 0));
/** Per id: 1 where the block is liquid. */
export const liquidTable = Uint8Array.from(blockTypes, (block) => (block.liquid ? 1 : 0));
