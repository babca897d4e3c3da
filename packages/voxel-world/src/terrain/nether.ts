// Lays out the Nether: a netherrack cavern with lava pools, soul sand, pillars and glowstone under its ceiling.
// Knows nothing about the other dimensions.
import { type Random, createRandom, hash32 } from "@dsr/env-bridge/contract";
import { blockId } from "../world/blocks.js";
import { VoxelGrid } from "../world/voxel-grid.js";
import { distanceFromMiddle, levelMiddle, middleHeight, raiseRim } from "./ground.js";
import { type Field, noiseField } from "./noise.js";
import { worldSize } from "./overworld.js";

const netherHeight = 48;
/** Ground below this height is under lava. */
export const lavaLevel = 11;
const openRadius = 15;

/** Fills a grid with the Nether. */
export function layNether(seed: string): VoxelGrid {
  const grid = new VoxelGrid(worldSize, netherHeight, worldSize);
  const floors = noiseField(worldSize, hash32(seed, 201), floorShape);
  const ceilings = noiseField(worldSize, hash32(seed, 202), ceilingShape);
  const patches = noiseField(worldSize, hash32(seed, 203), patchShape);
  levelMiddle(floors, Math.max(middleHeight(floors), lavaLevel + 2.5));
  raiseRim(floors, 26);
  layRock(grid, { floors, ceilings, patches });
  const random = createRandom(seed, "nether");
  scatter(random, 26, 0.5, (x, z) => addPillar(grid, x, z, 1.5 + 2 * random.float()));
  scatter(random, 13, 0.6, (x, z) => hangGlowstone(grid, { x, z, random, ceilings }));
  grid.refresh();
  return grid;
}

const floorShape = {
  base: 13.5,
  octaves: [
    { wavelength: 36, amplitude: 5 },
    { wavelength: 14, amplitude: 1.8 },
  ],
};

const ceilingShape = {
  base: 33,
  octaves: [
    { wavelength: 30, amplitude: 5 },
    { wavelength: 9, amplitude: 2.5 },
  ],
};

const patchShape = { base: 0, octaves: [{ wavelength: 15, amplitude: 1 }] };

interface CavernFields {
  readonly floors: Field;
  readonly ceilings: Field;
  readonly patches: Field;
}

function layRock(grid: VoxelGrid, { floors, ceilings, patches }: CavernFields): void {
  const netherrack = blockId("netherrack");
  const soulSand = blockId("soul_sand");
  const lava = blockId("lava");
  for (let column = 0; column < floors.values.length; column++) {
    const floor = Math.min(netherHeight, Math.max(2, Math.floor(floors.values[column] ?? 0)));
    const ceiling = Math.max(floor, Math.floor(ceilings.values[column] ?? 0));
    const base = column * grid.sizeY;
    grid.blocks.fill(netherrack, base, base + floor);
    grid.blocks.fill(netherrack, base + ceiling, base + netherHeight);
    if (floor < lavaLevel) grid.blocks.fill(lava, base + floor, base + lavaLevel);
    if ((patches.values[column] ?? 0) > 0.45) grid.blocks.fill(soulSand, base + floor - 2, base + floor);
  }
}

/** Calls `place` at points of a jittered grid. */
function scatter(random: Random, spacing: number, probability: number, place: (x: number, z: number) => void): void {
  for (let cellZ = 0; cellZ + spacing <= worldSize; cellZ += spacing) {
    for (let cellX = 0; cellX + spacing <= worldSize; cellX += spacing) {
      const x = cellX + random.integer(spacing);
      const z = cellZ + random.integer(spacing);
      if (random.float() < probability) place(x, z);
    }
  }
}

function addPillar(grid: VoxelGrid, x: number, z: number, radius: number): void {
  if (distanceFromMiddle(worldSize, x, z) < openRadius + radius) return;
  const netherrack = blockId("netherrack");
  const reach = Math.ceil(radius);
  for (let dz = -reach; dz <= reach; dz++) {
    for (let dx = -reach; dx <= reach; dx++) {
      if (dx * dx + dz * dz > radius * radius || !grid.isInside(x + dx, 0, z + dz)) continue;
      const base = grid.index(x + dx, 0, z + dz);
      grid.blocks.fill(netherrack, base, base + netherHeight);
    }
  }
}

interface GlowstoneSite {
  readonly x: number;
  readonly z: number;
  readonly random: Random;
  readonly ceilings: Field;
}

function hangGlowstone(grid: VoxelGrid, { x, z, random, ceilings }: GlowstoneSite): void {
  const glowstone = blockId("glowstone");
  const y = Math.floor(ceilings.values[x + worldSize * z] ?? 0) - 1;
  for (let i = 0; i < 14; i++) {
    const bx = x + random.integer(4) - random.integer(4);
    const by = y - random.integer(3);
    const bz = z + random.integer(4) - random.integer(4);
    if (grid.get(bx, by, bz) === 0 && grid.isInside(bx, by, bz)) grid.blocks[grid.index(bx, by, bz)] = glowstone;
  }
}
