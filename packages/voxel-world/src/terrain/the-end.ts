// Lays out the End: one island of end stone over the void, with obsidian pillars.
// Knows nothing about the other dimensions.
import { type Random, createRandom, hash32 } from "@dsr/env-bridge/contract";
import { blockId } from "../world/blocks.js";
import { VoxelGrid } from "../world/voxel-grid.js";
import { distanceFromMiddle, levelMiddle, middleHeight } from "./ground.js";
import { type Field, noiseField } from "./noise.js";
import { worldSize } from "./overworld.js";

const endHeight = 64;
const pillarCount = 8;
const pillarDistance = { low: 24, high: 44 };

/** Fills a grid with the End. */
export function layTheEnd(seed: string): VoxelGrid {
  const grid = new VoxelGrid(worldSize, endHeight, worldSize);
  const tops = noiseField(worldSize, hash32(seed, 301), topShape);
  levelMiddle(tops, middleHeight(tops));
  const coast = noiseField(worldSize, hash32(seed, 302), coastShape);
  layIsland(grid, tops, coast);
  addPillars(grid, tops, createRandom(seed, "pillars"));
  grid.refresh();
  return grid;
}

const topShape = {
  base: 32,
  octaves: [
    { wavelength: 32, amplitude: 2.2 },
    { wavelength: 12, amplitude: 1 },
  ],
};

/** Distance of the coast from the middle. */
const coastShape = {
  base: 74,
  octaves: [
    { wavelength: 40, amplitude: 9 },
    { wavelength: 12, amplitude: 3 },
  ],
};

function layIsland(grid: VoxelGrid, tops: Field, coast: Field): void {
  const endStone = blockId("end_stone");
  for (let z = 0; z < worldSize; z++) {
    for (let x = 0; x < worldSize; x++) {
      const column = x + worldSize * z;
      const inland = (coast.values[column] ?? 0) - distanceFromMiddle(worldSize, x, z);
      if (inland <= 0) continue;
      const top = Math.floor((tops.values[column] ?? 0) - 4 / (1 + inland));
      const thickness = Math.min(22, 2 + Math.floor(2.6 * Math.sqrt(inland)));
      const base = column * grid.sizeY;
      grid.blocks.fill(endStone, base + Math.max(0, top - thickness), base + top);
    }
  }
}

function addPillars(grid: VoxelGrid, tops: Field, random: Random): void {
  for (let i = 0; i < pillarCount; i++) {
    const dx = random.uniform(-1, 1);
    const dz = random.uniform(-1, 1);
    const distance = random.uniform(pillarDistance.low, pillarDistance.high) / Math.sqrt(dx * dx + dz * dz + 1e-9);
    const x = Math.floor(worldSize / 2 + dx * distance);
    const z = Math.floor(worldSize / 2 + dz * distance);
    const top = Math.floor(tops.values[x + worldSize * z] ?? 0);
    addPillar(grid, { x, z, bottom: top - 6, top: top + 8 + random.integer(16), radius: 2 + 1.6 * random.float() });
  }
}

interface Pillar {
  readonly x: number;
  readonly z: number;
  readonly bottom: number;
  readonly top: number;
  readonly radius: number;
}

function addPillar(grid: VoxelGrid, { x, z, bottom, top, radius }: Pillar): void {
  const obsidian = blockId("obsidian");
  const reach = Math.ceil(radius);
  for (let dz = -reach; dz <= reach; dz++) {
    for (let dx = -reach; dx <= reach; dx++) {
      if (dx * dx + dz * dz > radius * radius || !grid.isInside(x + dx, 0, z + dz)) continue;
      const base = grid.index(x + dx, 0, z + dz);
      grid.blocks.fill(obsidian, base + bottom, base + Math.min(top, endHeight - 1));
    }
  }
}
