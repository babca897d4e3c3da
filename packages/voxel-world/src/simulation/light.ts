// Light levels by short searches instead of a light map: exact for open sky, an estimate near sources and under roofs.
// Knows nothing about the time of day.
import { blockTypes } from "../world/blocks.js";
import type { VoxelGrid } from "../world/voxel-grid.js";

const lightTable = Uint8Array.from(blockTypes, (block) => block.light);
const skySearch = 6;
const sourceSearch = 6;

/** Whether no solid block lies above a cell. */
export function seesSky(grid: VoxelGrid, x: number, y: number, z: number): boolean {
  for (let level = Math.max(0, y); level < grid.sizeY; level++) if (grid.isSolid(x, level, z)) return false;
  return true;
}

/**
 * Sky light of a cell, 0 to 15: 15 under open sky; otherwise 15 less the steps along an axis to the nearest open
 * column, 0 when there is none within six. Walls between are not looked at.
 */
export function skyLight(grid: VoxelGrid, x: number, y: number, z: number): number {
  if (seesSky(grid, x, y, z)) return 15;
  for (let step = 1; step <= skySearch; step++) {
    const open =
      seesSky(grid, x + step, y, z) ||
      seesSky(grid, x - step, y, z) ||
      seesSky(grid, x, y, z + step) ||
      seesSky(grid, x, y, z - step);
    if (open) return 15 - step;
  }
  return 0;
}

/** Light of glowing blocks at a cell, 0 to 15: one level less a block, walls between not looked at, six blocks far. */
export function blockLight(grid: VoxelGrid, x: number, y: number, z: number): number {
  let best = 0;
  for (let dy = -sourceSearch; dy <= sourceSearch; dy++) {
    for (let dz = -sourceSearch; dz <= sourceSearch; dz++) {
      for (let dx = -sourceSearch; dx <= sourceSearch; dx++) {
        const source = lightTable[grid.get(x + dx, y + dy, z + dz)] ?? 0;
        if (source > 0) best = Math.max(best, source - Math.abs(dx) - Math.abs(dy) - Math.abs(dz));
      }
    }
  }
  return best;
}
