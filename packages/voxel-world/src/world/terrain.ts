// Terrain by seed and biome. Knows nothing about players, mobs or pictures.
import type { BiomeName } from "./scene.js";
import type { VoxelGrid } from "./voxel-grid.js";

export interface Terrain {
  readonly grid: VoxelGrid;
  readonly biome: BiomeName;
  readonly seaLevel: number;
  /** Feet position of the player's start: on solid, dry, open ground near the middle of the box. */
  readonly spawn: { readonly x: number; readonly y: number; readonly z: number };
  /**
   * The y of the first block position above the ground of a column that a body can stand in (solid below, two free
   * blocks above, no liquid), nearest to `nearY` where there are several; undefined where there is none.
   */
  standableY(x: number, z: number, nearY?: number): number | undefined;
}
