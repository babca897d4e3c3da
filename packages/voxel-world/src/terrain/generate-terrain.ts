// Terrain by seed and biome, with a start to stand on. Knows nothing about players, mobs or pictures.
import { type Seed, seedText, unknownNameError } from "@dsr/env-bridge/contract";
import { blockTypes } from "../world/blocks.js";
import { type BiomeName, biomeNames } from "../world/scene.js";
import type { Terrain } from "../world/terrain.js";
import type { VoxelGrid } from "../world/voxel-grid.js";
import { biomeProfiles } from "./biome-profiles.js";
import { lavaLevel, layNether } from "./nether.js";
import { layOverworld } from "./overworld.js";
import { layTheEnd } from "./the-end.js";

export interface TerrainOptions {
  readonly seed: Seed;
  readonly biome: BiomeName;
}

/**
 * Generates the same blocks from the same seed and biome on every machine.
 * @throws InputError when the biome is unknown.
 */
export function generateTerrain({ seed, biome }: TerrainOptions): Terrain {
  if (!biomeNames.includes(biome)) throw unknownNameError("biome", biome, biomeNames);
  const grid = layBiome(`${seedText(seed)}\u0000${biome}`, biome);
  const x = grid.sizeX / 2 + 0.5;
  const z = grid.sizeZ / 2 + 0.5;
  const y = standableY(grid, { x, z, nearY: openHeight(grid, biome) }) ?? grid.sizeY;
  return {
    grid,
    biome,
    seaLevel: seaLevelOf(biome),
    spawn: { x, y, z },
    standableY: (columnX, columnZ, nearY) => standableY(grid, { x: columnX, z: columnZ, nearY: nearY ?? y }),
  };
}

function layBiome(seed: string, biome: BiomeName): VoxelGrid {
  if (biome === "nether") return layNether(seed);
  if (biome === "the_end") return layTheEnd(seed);
  return layOverworld(seed, biome);
}

function seaLevelOf(biome: BiomeName): number {
  if (biome === "nether") return lavaLevel;
  return biome === "the_end" ? 0 : biomeProfiles[biome].seaLevel;
}

/** A height in the open air of the middle column. */
function openHeight(grid: VoxelGrid, biome: BiomeName): number {
  return biome === "nether" ? lavaLevel + 3 : grid.sizeY;
}

interface ColumnQuery {
  readonly x: number;
  readonly z: number;
  readonly nearY: number;
}

function standableY(grid: VoxelGrid, { x, z, nearY }: ColumnQuery): number | undefined {
  const columnX = Math.floor(x);
  const columnZ = Math.floor(z);
  let best: number | undefined;
  for (let y = 1; y <= grid.sizeY; y++) {
    if (!canStandAt(grid, columnX, y, columnZ)) continue;
    if (best === undefined || Math.abs(y - nearY) < Math.abs(best - nearY)) best = y;
  }
  return best;
}

function canStandAt(grid: VoxelGrid, x: number, y: number, z: number): boolean {
  return groundTable[grid.get(x, y - 1, z)] === 1 && grid.get(x, y, z) === 0 && grid.get(x, y + 1, z) === 0;
}

/** Bodies could stand on leaves as well, but nothing should be placed on a tree; a cactus stings. */
const groundTable = Uint8Array.from(blockTypes, ({ name, solid }) => (solid && !/leaves|cactus/.test(name) ? 1 : 0));
