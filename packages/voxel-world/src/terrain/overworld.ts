// Lays out the overworld biomes: ground, water and plants.
// Knows nothing about the other dimensions.
import { type Random, createRandom, hash32 } from "@dsr/env-bridge/contract";
import { blockId } from "../world/blocks.js";
import { VoxelGrid } from "../world/voxel-grid.js";
import { type BiomeProfile, type OverworldBiome, type PlantRule, biomeProfiles } from "./biome-profiles.js";
import { distanceFromMiddle, levelMiddle, middleHeight, raiseRim } from "./ground.js";
import { type Field, noiseField } from "./noise.js";
import { growPlant } from "./plants.js";

/** Blocks along each side of the world; a player who walks straight for an episode of 500 ticks covers at most 140. */
export const worldSize = 192;
const worldHeight = 64;
/** Trees keep this distance from the start, metres; the ground there stays open for the player and the first mobs. */
const openRadius = 4;
const soilDepth = 3;

/** Fills a grid with an overworld biome. */
export function layOverworld(seed: string, biome: OverworldBiome): VoxelGrid {
  const profile = biomeProfiles[biome];
  const heights = noiseField(worldSize, hash32(seed, 101), profile.relief);
  levelMiddle(heights, startHeight(heights, profile));
  raiseRim(heights, 12);
  const grid = new VoxelGrid(worldSize, worldHeight, worldSize);
  layGround(grid, heights, profile);
  const random = createRandom(seed, "plants");
  for (const rule of profile.plants) scatterPlants(grid, { rule, profile, heights, random });
  grid.refresh();
  return grid;
}

/** Above the water and below the bare rock. */
function startHeight(heights: Field, { seaLevel, stoneFrom }: BiomeProfile): number {
  return Math.min(stoneFrom - 3, Math.max(seaLevel + 1.6, middleHeight(heights)));
}

function layGround(grid: VoxelGrid, heights: Field, profile: BiomeProfile): void {
  const stone = blockId("stone");
  const bedrock = blockId("bedrock");
  const soil = blockId(profile.soil);
  const water = blockId("water");
  const waterTop = blockId(profile.waterTop);
  for (let column = 0; column < heights.values.length; column++) {
    const height = groundHeight(heights, column);
    const base = column * grid.sizeY;
    grid.blocks.fill(stone, base, base + height - soilDepth);
    grid.blocks.fill(soil, base + height - soilDepth, base + height);
    grid.blocks[base + height - 1] = surfaceBlock(profile, height);
    grid.blocks[base] = bedrock;
    if (height >= profile.seaLevel) continue;
    grid.blocks.fill(water, base + height, base + profile.seaLevel);
    grid.blocks[base + profile.seaLevel - 1] = waterTop;
  }
}

/** Height of the first free block of a column. */
function groundHeight(heights: Field, column: number): number {
  return Math.min(worldHeight - 16, Math.max(soilDepth + 2, Math.floor(heights.values[column] ?? 0)));
}

function surfaceBlock(profile: BiomeProfile, height: number): number {
  if (height >= profile.snowFrom) return blockId("snow");
  if (height >= profile.stoneFrom) return blockId("stone");
  return blockId(height < profile.seaLevel + profile.beach ? profile.shore : profile.surface);
}

interface Scattering {
  readonly rule: PlantRule;
  readonly profile: BiomeProfile;
  readonly heights: Field;
  readonly random: Random;
}

function scatterPlants(grid: VoxelGrid, { rule, profile, heights, random }: Scattering): void {
  const surface = blockId(profile.surface);
  for (let cellZ = 0; cellZ + rule.spacing <= worldSize; cellZ += rule.spacing) {
    for (let cellX = 0; cellX + rule.spacing <= worldSize; cellX += rule.spacing) {
      const x = cellX + random.integer(rule.spacing);
      const z = cellZ + random.integer(rule.spacing);
      if (random.float() >= rule.probability || distanceFromMiddle(worldSize, x, z) < openRadius) continue;
      const y = groundHeight(heights, x + worldSize * z);
      if (grid.get(x, y - 1, z) === surface && grid.get(x, y, z) === 0) growPlant(rule.kind, { grid, x, y, z, random });
    }
  }
}
