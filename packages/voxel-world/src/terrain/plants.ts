// Builds trees, bushes, cacti and boulders out of blocks.
// Knows nothing about where they should stand.
import type { Random } from "@dsr/env-bridge/contract";
import { type BlockName, blockId } from "../world/blocks.js";
import type { VoxelGrid } from "../world/voxel-grid.js";
import type { PlantKind } from "./biome-profiles.js";

/** Where a plant stands: the first free block above the ground. */
export interface PlantSite {
  readonly grid: VoxelGrid;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly random: Random;
}

/** Writes a plant into the grid's blocks; the caller refreshes the grid afterwards. */
export function growPlant(kind: PlantKind, site: PlantSite): void {
  growers[kind](site);
}

const growers: Readonly<Record<PlantKind, (site: PlantSite) => void>> = {
  oak: (site) => growOak(site, 4 + site.random.integer(3), 2),
  swamp_oak: (site) => growOak(site, 4 + site.random.integer(2), 3),
  spruce: growSpruce,
  jungle_tree: growJungleTree,
  bush: growBush,
  cactus: (site) => raiseTrunk(site, "cactus", 1 + site.random.integer(3)),
  boulder: growBoulder,
};

function growOak(site: PlantSite, height: number, radius: number): void {
  for (let layer = -2; layer <= 1; layer++) {
    addDisc(site, { up: height + layer, radius: layer < 0 ? radius : radius - 1, block: "leaves", ragged: true });
  }
  raiseTrunk(site, "log", height);
}

function growSpruce(site: PlantSite): void {
  const height = 6 + site.random.integer(4);
  addDisc(site, { up: height + 1, radius: 0, block: "spruce_leaves", ragged: false });
  for (let down = 0; down <= height - 2; down++) {
    const radius = down === 0 ? 1 : down % 2 === 0 ? 1 + (down > 3 ? 1 : 0) : Math.min(3, 1 + (down >> 1));
    addDisc(site, { up: height - down, radius: Math.min(radius, 3), block: "spruce_leaves", ragged: false });
  }
  raiseTrunk(site, "spruce_log", height);
}

function growJungleTree(site: PlantSite): void {
  const height = 8 + site.random.integer(6);
  for (let layer = -1; layer <= 1; layer++) {
    addDisc(site, { up: height + layer, radius: layer < 1 ? 3 : 2, block: "jungle_leaves", ragged: true });
  }
  raiseTrunk(site, "jungle_log", height);
}

function growBush(site: PlantSite): void {
  addDisc(site, { up: 0, radius: 1 + site.random.integer(2), block: "leaves", ragged: true });
  addDisc(site, { up: 1, radius: 1, block: "leaves", ragged: true });
  raiseTrunk(site, "log", 1);
}

function growBoulder(site: PlantSite): void {
  addDisc(site, { up: -1, radius: 2, block: "stone", ragged: true });
  addDisc(site, { up: 0, radius: 2, block: "stone", ragged: true });
  addDisc(site, { up: 1, radius: 1, block: "stone", ragged: true });
}

function raiseTrunk({ grid, x, y, z }: PlantSite, block: BlockName, height: number): void {
  const id = blockId(block);
  for (let up = 0; up < height; up++) write(grid, [x, y + up, z], id);
}

interface Disc {
  readonly up: number;
  readonly radius: number;
  readonly block: BlockName;
  /** Leaves out some of the rim's blocks. */
  readonly ragged: boolean;
}

function addDisc({ grid, x, y, z, random }: PlantSite, { up, radius, block, ragged }: Disc): void {
  const id = blockId(block);
  const limit = radius * radius + radius * 0.8;
  for (let dz = -radius; dz <= radius; dz++) {
    for (let dx = -radius; dx <= radius; dx++) {
      const distance = dx * dx + dz * dz;
      if (distance > limit) continue;
      if (ragged && distance >= radius * radius && radius > 0 && random.integer(4) === 0) continue;
      write(grid, [x + dx, y + up, z + dz], id);
    }
  }
}

function write(grid: VoxelGrid, [x, y, z]: readonly [number, number, number], id: number): void {
  if (grid.isInside(x, y, z)) grid.blocks[grid.index(x, y, z)] = id;
}
