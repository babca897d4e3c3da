// A flat world for tests: grass at a fixed height, nothing else.
// Knows nothing about generated terrain.
import { createRandom } from "@dsr/env-bridge/contract";
import { type BlockName, blockId } from "../../world/blocks.js";
import type { BiomeName } from "../../world/scene.js";
import type { Terrain } from "../../world/terrain.js";
import { VoxelGrid } from "../../world/voxel-grid.js";
import { Simulation, type SimulationOptions } from "../simulation.js";

/** Feet height on the flat ground, and the size of the square. */
export const flatY = 4;
export const flatSize = 96;

/** A flat terrain; `blocks` are set on top of it. */
export function flatTerrain(
  biome: BiomeName = "plains",
  blocks: readonly (readonly [x: number, y: number, z: number, name: BlockName])[] = [],
): Terrain {
  const grid = new VoxelGrid(flatSize, 24, flatSize);
  for (let z = 0; z < flatSize; z++) {
    for (let x = 0; x < flatSize; x++) {
      for (let y = 0; y < flatY; y++) grid.blocks[grid.index(x, y, z)] = blockId("grass");
    }
  }
  grid.refresh();
  for (const [x, y, z, name] of blocks) grid.set(x, y, z, blockId(name));
  const standableY = (x: number, z: number): number | undefined => {
    for (let y = grid.sizeY - 1; y > 0; y--) {
      if (grid.isLiquid(x, y - 1, z)) return undefined;
      if (grid.isSolid(x, y - 1, z)) return grid.isInside(x, y, z) ? y : undefined;
    }
    return undefined;
  };
  return { grid, biome, seaLevel: 1, spawn: { x: 48.5, y: flatY, z: 48.5 }, standableY };
}

/** A simulation on flat ground; the player stands in the middle and looks along +z. */
export function flatSimulation(options: Partial<SimulationOptions> & { readonly seed?: string } = {}): Simulation {
  const { seed = "flat", ...rest } = options;
  return new Simulation({ terrain: flatTerrain(), random: createRandom(seed, "events"), ...rest });
}
