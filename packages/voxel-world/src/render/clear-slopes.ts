// How far rays that look down may fly before anything around the camera can stop them.
// Knows nothing about pixels; a summary of the ground in front of the camera by distance.
import type { FreeLevel } from "../world/free-space.js";
import type { VoxelGrid } from "../world/voxel-grid.js";
import type { View } from "./camera.js";

/** Distances looked at, metres. */
export const clearRings = 32;
/** Within this distance single columns are looked at, beyond it tiles of 4. */
const columnDistance = 8;
const margin = 1e-6;

export interface GroundInput {
  readonly grid: VoxelGrid;
  readonly view: View;
  /** Horizontal directions of the leftmost and rightmost ray of the widest row. */
  readonly left: readonly [x: number, z: number];
  readonly right: readonly [x: number, z: number];
}

/**
 * Entry k: a ray from the camera that falls by less than this many metres per metre of ground covered meets nothing
 * before it is k metres away over ground. Never increases with k; −∞ once there is something as high as the eye.
 */
export function clearSlopes({ grid, view, left, right }: GroundInput): Float64Array {
  const heights = new Float64Array(clearRings + 1).fill(-Infinity);
  const gather = { heights, view, wedge: wedgeOf(left, right) };
  addRing(gather, grid.columns, { size: 1, from: 0, to: columnDistance });
  addRing(gather, grid.tiles4, { size: 4, from: columnDistance, to: clearRings });
  const slopes = new Float64Array(clearRings + 1).fill(Infinity);
  let highest = -Infinity;
  for (let k = 1; k <= clearRings; k++) {
    highest = Math.max(highest, heights[k - 1] ?? 0);
    slopes[k] = Math.min(slopes[k - 1] ?? 0, (view.originY - margin - highest) / k);
  }
  return slopes;
}

/** Two edges of the visible ground, as unit normals that point inwards; undefined where rays go all around. */
type Wedge = readonly [leftX: number, leftZ: number, rightX: number, rightZ: number] | undefined;

function wedgeOf([ax, az]: readonly [number, number], [bx, bz]: readonly [number, number]): Wedge {
  const a = Math.sqrt(ax * ax + az * az);
  const b = Math.sqrt(bx * bx + bz * bz);
  // Positive where the right ray lies less than half a turn to the right of the left one (right of +z is −x).
  const turn = (ax * bz - az * bx) / (a * b);
  return turn > 0.05 ? [-az / a, ax / a, bz / b, -bx / b] : undefined;
}

interface Gather {
  readonly heights: Float64Array;
  readonly view: View;
  readonly wedge: Wedge;
}

interface Ring {
  /** Blocks along a cell of the level. */
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/** Raises the height of each whole metre of distance to what its cells hold. */
function addRing({ heights, view, wedge }: Gather, level: FreeLevel, { size, from, to }: Ring): void {
  const { originX, originY, originZ } = view;
  const startX = Math.max(0, Math.floor((originX - to) / size));
  const endX = Math.min(level.width - 1, Math.floor((originX + to) / size));
  const startZ = Math.max(0, Math.floor((originZ - to) / size));
  const endZ = Math.min(level.depth - 1, Math.floor((originZ + to) / size));
  for (let z = startZ; z <= endZ; z++) {
    const nearZ = size * z - originZ;
    const dz = nearZ > 0 ? nearZ : nearZ < -size ? -size - nearZ : 0;
    for (let x = startX; x <= endX; x++) {
      const nearX = size * x - originX;
      if (wedge !== undefined && isOutside(wedge, { x: nearX + size / 2, z: nearZ + size / 2, size })) continue;
      const dx = nearX > 0 ? nearX : nearX < -size ? -size - nearX : 0;
      const distance = Math.sqrt(dx * dx + dz * dz);
      if (distance >= to || distance + 1.5 * size < from) continue;
      const free = level.packed[x + level.width * z] ?? 0;
      const height = obstacleHeight(free, originY);
      const ring = Math.floor(distance);
      if (height > (heights[ring] ?? 0)) heights[ring] = height;
    }
  }
}

interface Cell {
  readonly x: number;
  readonly z: number;
  readonly size: number;
}

function isOutside([leftX, leftZ, rightX, rightZ]: NonNullable<Wedge>, { x, z, size }: Cell): boolean {
  return x * leftX + z * leftZ < -size || x * rightX + z * rightZ < -size;
}

/** The height a falling ray from the eye must stay above; +∞ where the cell's air does not reach the eye's height. */
function obstacleHeight(free: number, eye: number): number {
  const low = free & 255;
  const high = (free >> 8) & 255;
  const top = free >> 16;
  if (eye >= low && eye <= high) return low;
  return eye >= top ? top : Infinity;
}
