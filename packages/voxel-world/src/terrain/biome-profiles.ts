// What makes each overworld biome: relief, soil, water and plants, in numbers.
// Knows nothing about how they are laid out.
import type { BlockName } from "../world/blocks.js";
import type { BiomeName } from "../world/scene.js";
import type { NoiseShape } from "./noise.js";

export type PlantKind = "oak" | "swamp_oak" | "spruce" | "jungle_tree" | "bush" | "cactus" | "boulder";

/** Plants stand on a jittered grid: at most one in each square of `spacing` blocks, with the given probability. */
export interface PlantRule {
  readonly kind: PlantKind;
  readonly spacing: number;
  readonly probability: number;
}

export interface BiomeProfile {
  readonly relief: NoiseShape;
  /** Blocks below this height that are not ground are water. */
  readonly seaLevel: number;
  readonly surface: BlockName;
  readonly soil: BlockName;
  /** Surface below the water, and up to `beach` blocks above it. */
  readonly shore: BlockName;
  readonly beach: number;
  /** The uppermost block of water. */
  readonly waterTop: BlockName;
  /** From these heights up the surface is bare stone, and snow. */
  readonly stoneFrom: number;
  readonly snowFrom: number;
  readonly plants: readonly PlantRule[];
}

export type OverworldBiome = Exclude<BiomeName, "nether" | "the_end">;

const grassland = {
  relief: {
    base: 21.5,
    octaves: [
      { wavelength: 48, amplitude: 3.2 },
      { wavelength: 16, amplitude: 1.2 },
    ],
  },
  seaLevel: 18,
  surface: "grass",
  soil: "dirt",
  shore: "sand",
  beach: 1,
  waterTop: "water",
  stoneFrom: 99,
  snowFrom: 99,
  plants: [],
} as const satisfies BiomeProfile;

export const biomeProfiles: Readonly<Record<OverworldBiome, BiomeProfile>> = {
  plains: {
    ...grassland,
    plants: [
      { kind: "oak", spacing: 16, probability: 0.16 },
      { kind: "bush", spacing: 24, probability: 0.15 },
    ],
  },
  forest: { ...grassland, plants: [{ kind: "oak", spacing: 6, probability: 0.62 }] },
  extreme_hills: {
    ...grassland,
    relief: {
      base: 27,
      octaves: [
        { wavelength: 44, amplitude: 13 },
        { wavelength: 20, amplitude: 5 },
        { wavelength: 8, amplitude: 1.3 },
      ],
    },
    shore: "gravel",
    stoneFrom: 35,
    snowFrom: 41,
    plants: [
      { kind: "spruce", spacing: 9, probability: 0.2 },
      { kind: "boulder", spacing: 18, probability: 0.2 },
    ],
  },
  desert: {
    ...grassland,
    relief: {
      base: 22,
      octaves: [
        { wavelength: 40, amplitude: 3.5 },
        { wavelength: 12, amplitude: 2 },
      ],
    },
    seaLevel: 10,
    surface: "sand",
    soil: "sandstone",
    plants: [{ kind: "cactus", spacing: 9, probability: 0.35 }],
  },
  ice_plains: {
    ...grassland,
    surface: "snowy_grass",
    shore: "snowy_grass",
    waterTop: "ice",
    plants: [{ kind: "spruce", spacing: 14, probability: 0.2 }],
  },
  taiga: {
    ...grassland,
    relief: {
      base: 22,
      octaves: [
        { wavelength: 40, amplitude: 4.5 },
        { wavelength: 14, amplitude: 1.5 },
      ],
    },
    shore: "gravel",
    plants: [
      { kind: "spruce", spacing: 6, probability: 0.6 },
      { kind: "boulder", spacing: 26, probability: 0.35 },
    ],
  },
  jungle: {
    ...grassland,
    relief: {
      base: 22,
      octaves: [
        { wavelength: 32, amplitude: 4 },
        { wavelength: 12, amplitude: 1.6 },
      ],
    },
    plants: [
      { kind: "jungle_tree", spacing: 7, probability: 0.6 },
      { kind: "bush", spacing: 5, probability: 0.28 },
    ],
  },
  swampland: {
    ...grassland,
    relief: {
      base: 17.9,
      octaves: [
        { wavelength: 24, amplitude: 1.5 },
        { wavelength: 10, amplitude: 0.8 },
      ],
    },
    shore: "dirt",
    beach: 0,
    plants: [{ kind: "swamp_oak", spacing: 9, probability: 0.5 }],
  },
};
