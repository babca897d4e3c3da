// Which pixels can be known to show sky before any ray is cast, from the outlines of everything above the eye.
// Knows nothing about what the other pixels show.
import type { FreeLevel } from "../world/free-space.js";
import type { VoxelGrid } from "../world/voxel-grid.js";
import type { View } from "./camera.js";
import type { FrameBuffer } from "./frame-buffer.js";

/** Boxes that reach nearer to the camera's plane than this cannot be projected, metres. */
const nearDepth = 0.05;
/** Tiles of 16 blocks nearer than this are looked at in tiles of 4. */
const closeDistance = 48;

/**
 * For each column of the picture the number of rows from the top that surely show sky: their rays rise, and pass above
 * every tile within reach.
 */
export function skyRows(buffer: FrameBuffer, { grid, view, reach }: SkyInput): Int32Array {
  const rows = new Int32Array(buffer.width).fill(risingRows(buffer, view));
  const { tiles4, tiles16 } = grid;
  for (let z = 0; z < tiles16.depth; z++) {
    for (let x = 0; x < tiles16.width; x++) {
      if (topOf(tiles16, x, z) <= view.originY) continue;
      const distance = Math.max(gap(16 * x, 16, view.originX), gap(16 * z, 16, view.originZ));
      if (distance > reach) continue;
      if (distance > closeDistance) lowerRows(rows, buffer, { view, level: tiles16, size: 16, x, z });
      else lowerRowsClose(rows, buffer, { view, level: tiles4, size: 4, x, z });
    }
  }
  return rows;
}

export interface SkyInput {
  readonly grid: VoxelGrid;
  readonly view: View;
  readonly reach: number;
}

/** Rays of later rows never rise again, because the camera does not roll. */
function risingRows(buffer: FrameBuffer, view: View): number {
  let rows = 0;
  while (rows < buffer.height && view.forwardY + (buffer.v[rows] ?? 0) * view.downY > 0) rows++;
  return rows;
}

function topOf(level: FreeLevel, x: number, z: number): number {
  return (level.packed[x + level.width * z] ?? 0) >> 16;
}

/** Distance from `point` to the interval [start, start + size]. */
function gap(start: number, size: number, point: number): number {
  return Math.max(0, start - point, point - start - size);
}

interface Tile {
  readonly view: View;
  readonly level: FreeLevel;
  readonly size: number;
  readonly x: number;
  readonly z: number;
}

function lowerRowsClose(rows: Int32Array, buffer: FrameBuffer, { view, level, size, x, z }: Tile): void {
  const endX = Math.min(4 * x + 4, level.width);
  const endZ = Math.min(4 * z + 4, level.depth);
  for (let closeZ = 4 * z; closeZ < endZ; closeZ++) {
    for (let closeX = 4 * x; closeX < endX; closeX++) {
      if (topOf(level, closeX, closeZ) <= view.originY) continue;
      lowerRows(rows, buffer, { view, level, size, x: closeX, z: closeZ });
    }
  }
}

/** Takes the rows that a tile's part above the eye may cover out of the sky. */
function lowerRows(rows: Int32Array, buffer: FrameBuffer, { view, level, size, x, z }: Tile): void {
  const height = topOf(level, x, z) - view.originY;
  const halfWidth = buffer.width / 2;
  const edge = halfWidth / buffer.focal;
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let behind = 0;
  let beyondLeft = 0;
  let beyondRight = 0;
  for (let corner = 0; corner < 8; corner++) {
    const dx = size * (x + (corner & 1)) - view.originX;
    const dz = size * (z + ((corner >> 1) & 1)) - view.originZ;
    const dy = corner < 4 ? 0 : height;
    const across = dx * view.rightX + dz * view.rightZ;
    const depth = dx * view.forwardX + dy * view.forwardY + dz * view.forwardZ;
    if (across < -edge * depth) beyondLeft++;
    if (across > edge * depth) beyondRight++;
    if (depth < nearDepth) {
      behind++;
      continue;
    }
    const scale = buffer.focal / depth;
    const column = across * scale + halfWidth;
    const row = (dx * view.downX + dy * view.downY + dz * view.downZ) * scale + buffer.height / 2;
    if (column < left) left = column;
    if (column > right) right = column;
    if (row < top) top = row;
  }
  if (behind === 8 || beyondLeft === 8 || beyondRight === 8) return;
  if (behind > 0) {
    rows.fill(0);
    return;
  }
  const last = Math.min(buffer.width - 1, Math.ceil(right) + 1);
  const limit = Math.max(0, Math.floor(top) - 1);
  for (let i = Math.max(0, Math.floor(left) - 1); i <= last; i++) if ((rows[i] ?? 0) > limit) rows[i] = limit;
}
