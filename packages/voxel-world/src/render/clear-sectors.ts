// How steeply rays may fall or rise before anything around the camera can stop them, by direction over ground.
// Knows nothing about pixels; a summary of the ground in front of the camera by sector and distance.
import type { FreeLevel } from "../world/free-space.js";
import type { VoxelGrid } from "../world/voxel-grid.js";
import type { View } from "./camera.js";

/** Distances looked at, whole metres over ground: a little more than anything can be seen. */
export const clearRings = 65;
/** Sectors of the half turn in front of the camera, from left to right, equal in `sectorPlace`. */
export const sectorCount = 32;
/** Within the first distance single columns are looked at, up to the second tiles of 4, beyond it tiles of 16. */
const columnDistance = 10;
const tileDistance = 36;
/** Heights are drawn in by this, directions spread by the other: far above rounding. */
export const heightMargin = 1e-6;
const placeMargin = 1e-9;
const stride = clearRings + 1;

/** Where a direction over ground lies among the sectors; below 0 or above `sectorCount` behind the camera. */
export function sectorPlace(ahead: number, aside: number): number {
  const turn = aside / (Math.abs(ahead) + Math.abs(aside));
  return (sectorCount / 2) * (1 + (ahead >= 0 ? turn : aside >= 0 ? 2 - turn : -2 - turn));
}

/** The directions over ground that a picture shows: no further aside than `spread` per metre ahead. */
export interface GroundView {
  readonly view: View;
  readonly spread: number;
  readonly firstSector: number;
  readonly lastSector: number;
}

/**
 * Entry k of a sector (at sector · (clearRings + 1) + k): a ray from the camera that falls (or rises) by less than this
 * many metres per metre over ground meets nothing before it is k metres away over ground. Never increases with k; −∞
 * once there is something as high as the eye. Sectors that are not in view are undefined.
 */
export class ClearSectors {
  readonly falls = new Float64Array(sectorCount * stride);
  readonly rises = new Float64Array(sectorCount * stride);
  /** A ray that rises by more than this many metres per metre over ground meets nothing at all, by sector. */
  readonly horizon = new Float64Array(sectorCount);

  /** Looks at a world anew. */
  survey(grid: VoxelGrid, ground: GroundView): void {
    const { firstSector, lastSector, view } = ground;
    const [start, end] = [firstSector * stride, (lastSector + 1) * stride];
    this.falls.fill(-Infinity, start, end);
    this.rises.fill(Infinity, start, end);
    this.horizon.fill(0, firstSector, lastSector + 1);
    this.gather(ground, grid.columns, { size: 1, from: 0, to: columnDistance });
    this.gather(ground, grid.tiles4, { size: 4, from: columnDistance, to: tileDistance });
    this.gather(ground, grid.tiles16, { size: 16, from: tileDistance, to: clearRings });
    for (let sector = firstSector; sector <= lastSector; sector++) this.toSlopes(sector * stride, view.originY);
  }

  /** Raises the floor and lowers the ceiling of each whole metre of distance to what the level's cells hold. */
  private gather(ground: GroundView, level: FreeLevel, { size, from, to }: Ring): void {
    const { originX, originZ } = ground.view;
    const startX = Math.max(0, Math.floor((originX - to) / size));
    const endX = Math.min(level.width - 1, Math.floor((originX + to) / size));
    const startZ = Math.max(0, Math.floor((originZ - to) / size));
    const endZ = Math.min(level.depth - 1, Math.floor((originZ + to) / size));
    for (let z = startZ; z <= endZ; z++) {
      const nearZ = size * z - originZ;
      const dz = nearZ > 0 ? nearZ : nearZ < -size ? -size - nearZ : 0;
      for (let x = startX; x <= endX; x++) {
        const nearX = size * x - originX;
        const dx = nearX > 0 ? nearX : nearX < -size ? -size - nearX : 0;
        const distance = Math.sqrt(dx * dx + dz * dz);
        if (distance >= to || distance + 1.5 * size < from) continue;
        const free = level.packed[x + level.width * z] ?? 0;
        this.addCell(ground, { nearX, nearZ, size, distance: Math.max(from, distance), free });
      }
    }
  }

  private addCell(
    { view, spread, firstSector, lastSector }: GroundView,
    { nearX, nearZ, size, distance, free }: Cell,
  ): void {
    const { rightX, rightZ, originY } = view;
    // Ahead is a quarter turn to the left of the camera's right.
    const ahead = nearX * rightZ - nearZ * rightX;
    const aside = nearX * rightX + nearZ * rightZ;
    const aheadX = size * rightZ;
    const aheadZ = -size * rightX;
    const asideX = size * rightX;
    const asideZ = size * rightZ;
    const middleAhead = ahead + (aheadX + aheadZ) / 2;
    const middleAside = aside + (asideX + asideZ) / 2;
    if (middleAhead < -size || Math.abs(middleAside) - size > spread * (middleAhead + size)) return;
    let first = firstSector;
    let last = lastSector;
    if (distance > 1) {
      const a = sectorPlace(ahead, aside);
      const b = sectorPlace(ahead + aheadX, aside + asideX);
      const c = sectorPlace(ahead + aheadZ, aside + asideZ);
      const d = sectorPlace(ahead + aheadX + aheadZ, aside + asideX + asideZ);
      first = Math.max(first, Math.floor(Math.min(a, b, c, d) - placeMargin));
      last = Math.min(last, Math.floor(Math.max(a, b, c, d) + placeMargin));
    }
    const ring = Math.floor(distance);
    const hidden = (free >> 16) + heightMargin - originY;
    if (hidden > 0) this.raiseHorizon(first, last, hidden / distance);
    const floor = floorOf(free, originY);
    const ceiling = ceilingOf(free, originY);
    const { falls, rises } = this;
    for (let i = first * stride + ring; i <= last * stride + ring; i += stride) {
      if (floor > (falls[i] ?? 0)) falls[i] = floor;
      if (ceiling < (rises[i] ?? 0)) rises[i] = ceiling;
    }
  }

  private raiseHorizon(first: number, last: number, slope: number): void {
    const { horizon } = this;
    for (let i = first; i <= last; i++) if (slope > (horizon[i] ?? 0)) horizon[i] = slope;
  }

  /** Turns a sector's floors and ceilings by distance into slopes. */
  private toSlopes(start: number, eye: number): void {
    const { falls, rises } = this;
    let highest = -Infinity;
    let lowest = Infinity;
    let fall = Infinity;
    let rise = Infinity;
    for (let k = 0; k <= clearRings; k++) {
      const floor = falls[start + k] ?? 0;
      const ceiling = rises[start + k] ?? 0;
      falls[start + k] = fall;
      rises[start + k] = rise;
      highest = Math.max(highest, floor);
      lowest = Math.min(lowest, ceiling);
      fall = Math.min(fall, (eye - heightMargin - highest) / (k + 1));
      rise = Math.min(rise, (lowest - heightMargin - eye) / (k + 1));
    }
  }
}

interface Ring {
  /** Blocks along a cell of the level. */
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/** A cell of the ground by its first corner, relative to the camera. */
interface Cell {
  readonly nearX: number;
  readonly nearZ: number;
  readonly size: number;
  /** From the camera to its nearest point, but not before the level begins. */
  readonly distance: number;
  readonly free: number;
}

/** The height a falling ray from the eye must stay above; +∞ where the cell's air does not reach the eye's height. */
function floorOf(free: number, eye: number): number {
  const low = free & 255;
  const top = free >> 16;
  if (eye >= low && eye <= ((free >> 8) & 255)) return low;
  return eye >= top ? top : Infinity;
}

/** The height a rising ray from the eye must stay below; −∞ where the cell's air does not reach the eye's height. */
function ceilingOf(free: number, eye: number): number {
  const high = (free >> 8) & 255;
  if (eye >= free >> 16) return Infinity;
  if (eye >= (free & 255) && eye <= high) return high === 255 ? Infinity : high;
  return -Infinity;
}
