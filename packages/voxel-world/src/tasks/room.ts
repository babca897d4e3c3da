// Where a mob can appear.
// Knows nothing about which mobs a task wants.
import { isFree } from "../simulation/collisions.js";
import type { Simulation } from "../simulation/simulation.js";
import { type MobKind, mobSizes } from "../world/mob-kinds.js";

/** Mobs appear no nearer to the player than this, and no higher or lower than that, metres. */
const leastDistance = 2.5;
const heightRange = 4;
/** Metres kept to the edge of the world. */
const edge = 3;

/** A place in a column where a mob of a kind has room, not too near to the player nor too far above or below. */
export function roomFor(
  world: Simulation,
  kind: MobKind,
  wantedX: number,
  wantedZ: number,
): { readonly x: number; readonly y: number; readonly z: number } | undefined {
  const { player, grid } = world;
  const x = Math.floor(wantedX) + 0.5;
  const z = Math.floor(wantedZ) + 0.5;
  const y = world.standableY(Math.floor(x), Math.floor(z), player.y);
  if (y === undefined || Math.abs(y - player.y) > heightRange) return undefined;
  if (x < edge || z < edge || x > grid.sizeX - edge || z > grid.sizeZ - edge) return undefined;
  const dx = x - player.x;
  const dz = z - player.z;
  if (dx * dx + dz * dz < leastDistance * leastDistance) return undefined;
  const { width, height } = mobSizes[kind];
  return isFree(grid, x, y, z, width / 2, height) ? { x, y, z } : undefined;
}
