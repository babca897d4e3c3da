// The look of every block: one rule per block, giving a colour for each face and texel.
// Knows nothing about light, mips or packing.
import type { BlockName } from "../../world/blocks.js";
import type { BiomeName } from "../../world/scene.js";
import { type Rgb, hex, mixRgb, scaleRgb } from "../color.js";
import { grain, mottle, speckle } from "./pixel-art.js";

export type BlockSide = "top" | "bottom" | "side" | "front";

/** A texel to paint: column `u` and row `v` from the upper left, 0 to 15. */
export interface Texel {
  readonly side: BlockSide;
  readonly u: number;
  readonly v: number;
  readonly biome: BiomeName;
}

export type BlockPainter = (texel: Texel) => Rgb;

const dirt = hex("#86603f");
const plank = hex("#a5834f");
const stoneGray = hex("#7e7e7e");

const grassTints: Partial<Record<BiomeName, Rgb>> = {
  forest: hex("#6fae4c"),
  extreme_hills: hex("#82b070"),
  taiga: hex("#7aa878"),
  jungle: hex("#53a336"),
  swampland: hex("#66703d"),
};
const leafTints: Partial<Record<BiomeName, Rgb>> = { swampland: hex("#55622f"), jungle: hex("#35922a") };

function grassTint(biome: BiomeName): Rgb {
  return grassTints[biome] ?? hex("#7fb34f");
}

const mottled =
  (color: Rgb, amount: number, seed: number): BlockPainter =>
  ({ u, v }) =>
    mottle(color, amount, [u, v, seed]);

const paintDirt = mottled(dirt, 0.2, 2);

/** Dirt whose uppermost rows, of uneven depth, are covered. */
function covered(cover: (texel: Texel) => Rgb): BlockPainter {
  return (texel) => {
    if (texel.side === "bottom") return paintDirt(texel);
    const depth = 3 + Math.floor(1.4 * (1 + grain(texel.u, 0, 5)));
    return texel.side === "top" || texel.v < depth ? cover(texel) : paintDirt(texel);
  };
}

function log(bark: Rgb, wood: Rgb): BlockPainter {
  return ({ side, u, v }) => {
    if (side === "side" || side === "front") {
      return scaleRgb(bark, 1 + 0.22 * grain(u, v >> 3, 11) + 0.1 * grain(u, v, 12));
    }
    const ring = Math.max(Math.abs(u - 7.5), Math.abs(v - 7.5));
    return ring > 6.6 ? bark : scaleRgb(wood, Math.floor(ring) % 2 === 0 ? 1 : 0.82);
  };
}

function leaves(tint: (biome: BiomeName) => Rgb, seed: number): BlockPainter {
  return ({ u, v, biome }) => {
    const depth = grain(u, v, seed) + 0.5 * grain(u >> 1, v >> 1, seed + 1);
    return scaleRgb(tint(biome), depth < -0.75 ? 0.45 : 1 + 0.28 * depth);
  };
}

const paintSandstone: BlockPainter = ({ side, u, v }) => {
  const sand = hex("#d9cd9c");
  if (side !== "side" && side !== "front") return speckle(sand, 0.05, [u, v, 31]);
  const band = v < 3 || v > 12 ? 1 : v === 3 || v === 12 ? 0.84 : 0.94;
  return scaleRgb(speckle(sand, 0.06, [u, v, 32]), band);
};

const paintCactus: BlockPainter = ({ side, u, v }) => {
  const green = hex("#4e7f2c");
  if (side === "top" || side === "bottom") return mottle(hex("#7ba352"), 0.15, [u, v, 40]);
  const ridge = u % 4 === 1 ? 0.72 : 1.05;
  const spine = u % 4 === 3 && (v + u) % 5 === 0;
  return spine ? hex("#d8dcb0") : scaleRgb(green, ridge + 0.1 * grain(u, v, 41));
};

const paintGlowstone: BlockPainter = ({ u, v }) => {
  const patch = grain(u >> 2, v >> 2, 52) + 0.7 * grain(u >> 1, v >> 1, 53) + 0.3 * grain(u, v, 54);
  return mixRgb(hex("#a6752f"), hex("#ffe79a"), Math.min(1, Math.max(0, 0.55 + 0.6 * patch)));
};

const paintLava: BlockPainter = ({ u, v }) => {
  const flow = grain(u >> 2, v >> 2, 61) + 0.8 * grain((u + 2) >> 2, (v + 1) >> 2, 62) + 0.3 * grain(u, v, 63);
  return mixRgb(hex("#c8370a"), hex("#ffb52e"), Math.min(1, Math.max(0, 0.45 + 0.4 * flow)));
};

const paintObsidian: BlockPainter = ({ u, v }) => {
  const vein = grain(u >> 1, v >> 1, 71) + 0.5 * grain(u, v, 72);
  return vein > 0.7 ? hex("#4a3566") : mottle(hex("#1b1626"), 0.35, [u, v, 73]);
};

const paintFurnace: BlockPainter = ({ side, u, v }) => {
  const frame = u === 0 || v === 0 || u === 15 || v === 15;
  const stone = scaleRgb(mottle(stoneGray, 0.18, [u, v, 81]), frame ? 0.8 : 1);
  if (side !== "front") return stone;
  const mouth = u >= 3 && u <= 12 && v >= 9 && v <= 13;
  const grate = u >= 4 && u <= 11 && v >= 3 && v <= 6;
  if (mouth) return v >= 12 ? mixRgb(hex("#d8701c"), hex("#ffd040"), (grain(u, v, 82) + 1) / 2) : hex("#1e1e1e");
  return grate ? (v % 2 === 0 ? hex("#383838") : hex("#565656")) : stone;
};

const paintCraftingTable: BlockPainter = ({ side, u, v }) => {
  const board = scaleRgb(plank, v % 4 === 3 ? 0.72 : 1 + 0.1 * grain(u, v >> 2, 91));
  if (side === "top") {
    const line = u % 5 === 0 || v % 5 === 0;
    return line ? hex("#5b4325") : speckle(hex("#b8905a"), 0.1, [u, v, 92]);
  }
  if (side === "bottom") return board;
  const tool =
    (u === 4 && v >= 4 && v <= 11) || (u >= 10 && u <= 12 && v >= 5 && v <= 7) || (u === 11 && v > 7 && v < 12);
  return v < 3 ? hex("#6b4d2a") : tool ? hex("#4c4c50") : board;
};

const paintSoulSand: BlockPainter = ({ u, v }) => {
  const hollow = (u - 4) * (u - 4) + (v - 5) * (v - 5) < 6 || (u - 11) * (u - 11) + (v - 10) * (v - 10) < 7 ? 0.66 : 1;
  return scaleRgb(mottle(hex("#56412f"), 0.25, [u, v, 101]), hollow);
};

const snow = hex("#f2f8fb");

export const blockPainters: Readonly<Record<BlockName, BlockPainter>> = {
  air: () => [0, 0, 0],
  stone: mottled(stoneGray, 0.16, 1),
  dirt: paintDirt,
  grass: covered(({ u, v, biome }) => mottle(grassTint(biome), 0.2, [u, v, 3])),
  sand: ({ u, v }) => mottle(hex("#dccf9f"), 0.07, [u, v, 4]),
  sandstone: paintSandstone,
  gravel: mottled(hex("#847f7c"), 0.32, 6),
  bedrock: mottled(hex("#4c4c4c"), 0.7, 7),
  snow: mottled(snow, 0.04, 8),
  water: mottled(hex("#2f5fd0"), 0.1, 9),
  lava: paintLava,
  log: log(hex("#66502f"), hex("#b0905a")),
  leaves: leaves((biome) => leafTints[biome] ?? hex("#4a8a2a"), 13),
  spruce_log: log(hex("#3d2814"), hex("#7d5d36")),
  spruce_leaves: leaves(() => hex("#3a5f3a"), 15),
  jungle_log: log(hex("#58431a"), hex("#a8784e")),
  jungle_leaves: leaves(() => hex("#2f8a22"), 17),
  cactus: paintCactus,
  netherrack: mottled(hex("#7a3735"), 0.34, 18),
  soul_sand: paintSoulSand,
  glowstone: paintGlowstone,
  end_stone: mottled(hex("#dcdda4"), 0.12, 21),
  obsidian: paintObsidian,
  furnace: paintFurnace,
  crafting_table: paintCraftingTable,
  clay: mottled(hex("#9fa4b1"), 0.06, 25),
  ice: mottled(hex("#9cc2fb"), 0.09, 26),
  snowy_grass: covered(({ u, v }) => mottle(snow, 0.04, [u, v, 27])),
};
