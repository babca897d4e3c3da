// Sees blocks as fast as it can: rays cross whole tiles and columns whose heights they pass in free air.
// Knows nothing about colours; gives the same bits as reference-world.ts, because both order the planes between
// blocks by the same products (plane − origin) · (1 / direction), y before x before z.
import { blockTypes } from "../world/blocks.js";
import type { VoxelGrid } from "../world/voxel-grid.js";
import type { FrameBuffer } from "./frame-buffer.js";
import type { CastInput } from "./reference-world.js";

const water = blockTypes.findIndex(({ name }) => name === "water");
/** Heights nearer than this to something solid count as touching it: far above rounding, far below a texel. */
const margin = 1e-7;

/** Fills depth, face, column and waterDepth of every pixel. */
export function castWorld(buffer: FrameBuffer, { grid, view, reach }: CastInput): void {
  const { width, height, depth, face, column, waterDepth, stretch } = buffer;
  const { sizeX, sizeY, sizeZ, blocks } = grid;
  const columns = grid.columns.packed;
  const tiles4 = grid.tiles4.packed;
  const tiles16 = grid.tiles16.packed;
  const width4 = grid.tiles4.width;
  const width16 = grid.tiles16.width;
  const { originX, originY, originZ } = view;
  const startX = Math.floor(originX);
  const startZ = Math.floor(originZ);
  const summit = summitOf(grid) + margin;
  let pixel = 0;
  for (let row = 0; row < height; row++) {
    const v = buffer.v[row] ?? 0;
    const rowX = view.forwardX + v * view.downX;
    let dy = view.forwardY + v * view.downY;
    if (dy > -1e-12 && dy < 1e-12) dy = 1e-12;
    const rowZ = view.forwardZ + v * view.downZ;
    const inverseY = 1 / dy;
    const rising = dy > 0;
    for (let col = 0; col < width; col++, pixel++) {
      const u = buffer.u[col] ?? 0;
      let dx = rowX + u * view.rightX;
      let dz = rowZ + u * view.rightZ;
      if (dx > -1e-12 && dx < 1e-12) dx = 1e-12;
      if (dz > -1e-12 && dz < 1e-12) dz = 1e-12;
      const inverseX = 1 / dx;
      const inverseZ = 1 / dz;
      const aheadX = dx > 0 ? 1 : 0;
      const aheadZ = dz > 0 ? 1 : 0;
      const stepX = dx > 0 ? 1 : -1;
      const stepZ = dz > 0 ? 1 : -1;
      const limit = reach / (stretch[pixel] ?? 1);
      let t = 0;
      let x = startX;
      let z = startZ;
      /** Axis of the plane crossed last: 0 x, 2 z. */
      let axis = 0;
      let found = -1;
      let foundDepth = Infinity;
      let foundColumn = 0;
      let level = 16;
      while (t < limit) {
        if (x < 0 || x >= sizeX || z < 0 || z >= sizeZ) {
          // Beside the box is air: leave for good, or go on block by block towards it.
          if ((x < 0 && stepX < 0) || (x >= sizeX && stepX > 0) || (z < 0 && stepZ < 0) || (z >= sizeZ && stepZ > 0)) break;
          const exitX = (x + aheadX - originX) * inverseX;
          const exitZ = (z + aheadZ - originZ) * inverseZ;
          if (exitX <= exitZ) {
            t = exitX;
            x += stepX;
            axis = 0;
          } else {
            t = exitZ;
            z += stepZ;
            axis = 2;
          }
          continue;
        }
        const shift = level === 16 ? 4 : level === 4 ? 2 : 0;
        const exitX = ((((x >> shift) + aheadX) << shift) - originX) * inverseX;
        const exitZ = ((((z >> shift) + aheadZ) << shift) - originZ) * inverseZ;
        const exit = exitX <= exitZ ? exitX : exitZ;
        const free =
          (shift === 4
            ? tiles16[(x >> 4) + width16 * (z >> 4)]
            : shift === 2
              ? tiles4[(x >> 2) + width4 * (z >> 2)]
              : columns[x + sizeX * z]) ?? 0;
        const here = originY + dy * t;
        const there = originY + dy * exit;
        const low = (free & 255) + margin;
        const high = ((free >> 8) & 255) - margin;
        const top = (free >> 16) + margin;
        let passes: boolean;
        if (rising) {
          passes = here > top || (here > low && there < high);
        } else {
          passes = there > top || (there > low && here < high);
        }
        if (rising && here > summit) break;
        if (!passes) {
          if (shift > 0) {
            level = shift === 4 ? 4 : 1;
            continue;
          }
          // Walk up or down the column's blocks from the entry to the exit.
          let y = Math.floor(here);
          if (rising) {
            while ((y + 1 - originY) * inverseY <= t) y++;
            while ((y - originY) * inverseY > t) y--;
          } else {
            while ((y - originY) * inverseY <= t) y--;
            while ((y + 1 - originY) * inverseY > t) y++;
          }
          const base = sizeY * (x + sizeX * z);
          let entry = t;
          let side = axis === 0 ? (stepX > 0 ? 1 : 0) : stepZ > 0 ? 5 : 4;
          for (;;) {
            if (y >= 0 && y < sizeY) {
              const block = blocks[base + y] ?? 0;
              if (block === water) {
                if (entry < (waterDepth[pixel] ?? 0)) waterDepth[pixel] = entry;
              } else if (block !== 0 && entry > 0) {
                found = block | (side << 8) | (y << 11);
                foundDepth = entry;
                foundColumn = x + sizeX * z;
                break;
              }
            }
            entry = (rising ? y + 1 - originY : y - originY) * inverseY;
            if (entry > exit || entry >= limit) break;
            y += rising ? 1 : -1;
            side = rising ? 3 : 2;
          }
          if (found >= 0) break;
        }
        // Step to the next tile or column: over one plane exactly, and over the other axis's planes that come before.
        t = exit;
        const oldX = x;
        const oldZ = z;
        if (exitX <= exitZ) {
          x = ((x >> shift) + aheadX) << shift;
          if (stepX < 0) x--;
          axis = 0;
          if (shift > 0) {
            z = Math.floor(originZ + dz * t);
            if (stepZ > 0) {
              while ((z + 1 - originZ) * inverseZ < t) z++;
              while ((z - originZ) * inverseZ >= t) z--;
            } else {
              while ((z - originZ) * inverseZ < t) z--;
              while ((z + 1 - originZ) * inverseZ >= t) z++;
            }
          }
        } else {
          z = ((z >> shift) + aheadZ) << shift;
          if (stepZ < 0) z--;
          axis = 2;
          if (shift > 0) {
            x = Math.floor(originX + dx * t);
            if (stepX > 0) {
              while ((x + 1 - originX) * inverseX <= t) x++;
              while ((x - originX) * inverseX > t) x--;
            } else {
              while ((x - originX) * inverseX <= t) x--;
              while ((x + 1 - originX) * inverseX > t) x++;
            }
          }
        }
        if (level === 1 && ((x ^ oldX) | (z ^ oldZ)) >> 2 !== 0) level = 4;
        if (level === 4 && ((x ^ oldX) | (z ^ oldZ)) >> 4 !== 0) level = 16;
      }
      depth[pixel] = foundDepth;
      face[pixel] = found;
      column[pixel] = foundColumn;
    }
  }
}

/** Everything from this height up is air. */
function summitOf(grid: VoxelGrid): number {
  let summit = 0;
  for (const free of grid.tiles16.packed) summit = Math.max(summit, free >> 16);
  return summit;
}
