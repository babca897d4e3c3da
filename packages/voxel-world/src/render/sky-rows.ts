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
  const dx = size * x - view.originX;
  const dz = size * z - view.originZ;
  const height = topOf(level, x, z) - view.originY;
  // The tile's first corner in camera axes, and the steps along its edges; steps upwards do not change `across`.
  const across = dx * view.rightX + dz * view.rightZ;
  const depth = dx * view.forwardX + dz * view.forwardZ;
  const down = dx * view.downX + dz * view.downZ;
  const acrossX = size * view.rightX;
  const acrossZ = size * view.rightZ;
  const depthX = size * view.forwardX;
  const depthZ = size * view.forwardZ;
  const rise = height * view.forwardY;
  const edge = buffer.width / 2 / buffer.focal;
  let near = 0;
  let behind = 0;
  let left = 0;
  let right = 0;
  for (let corner = 0; corner < 8; corner++) {
    const a = across + ((corner & 1) === 0 ? 0 : acrossX) + ((corner & 2) === 0 ? 0 : acrossZ);
    const b = depth + ((corner & 1) === 0 ? 0 : depthX) + ((corner & 2) === 0 ? 0 : depthZ) + (corner < 4 ? 0 : rise);
    if (b < nearDepth) near++;
    if (b < -nearDepth) behind++;
    if (a < -edge * b) left++;
    if (a > edge * b) right++;
  }
  if (behind === 8 || left === 8 || right === 8) return;
  if (near > 0) {
    rows.fill(0);
    return;
  }
  coverRows(rows, buffer, { view, size, across, depth, down, height });
}

/** A box in front of the camera: its first corner in camera axes, its edge along x and z, and its height. */
interface BoxInView {
  readonly view: View;
  readonly size: number;
  readonly across: number;
  readonly depth: number;
  readonly down: number;
  readonly height: number;
}

/** Projects the eight corners and lowers the rows of the columns between them to the uppermost. */
function coverRows(
  rows: Int32Array,
  buffer: FrameBuffer,
  { view, size, across, depth, down, height }: BoxInView,
): void {
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  for (let corner = 0; corner < 8; corner++) {
    const x = (corner & 1) * size;
    const z = ((corner >> 1) & 1) * size;
    const y = (corner >> 2) * height;
    const scale = buffer.focal / (depth + x * view.forwardX + z * view.forwardZ + y * view.forwardY);
    const column = (across + x * view.rightX + z * view.rightZ) * scale;
    const row = (down + x * view.downX + z * view.downZ + y * view.downY) * scale;
    if (column < left) left = column;
    if (column > right) right = column;
    if (row < top) top = row;
  }
  // Two pixels to spare: one for pixel centres, one for rounding.
  const last = Math.min(buffer.width - 1, Math.ceil(right + buffer.width / 2) + 1);
  const limit = Math.max(0, Math.floor(top + buffer.height / 2) - 1);
  for (let i = Math.max(0, Math.floor(left + buffer.width / 2) - 1); i <= last; i++) {
    if ((rows[i] ?? 0) > limit) rows[i] = limit;
  }
}
