// Sees blocks as fast as it can: rays cross whole tiles and columns whose heights they pass in free air.
// Knows nothing about colours; gives the same bits as reference-world.ts, because both order the planes between
// blocks by the same products (plane − origin) · (1 / direction), y before x before z.
import { blockTypes } from "../world/blocks.js";
import type { VoxelGrid } from "../world/voxel-grid.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { ClearStarts, segmentShift } from "./clear-starts.js";
import { type CastInput, notZero } from "./reference-world.js";
import { skyRows } from "./sky-rows.js";

const water = blockTypes.findIndex(({ name }) => name === "water");
/** Heights nearer than this to something solid count as touching it: far above rounding, far below a texel. */
const margin = 1e-7;

/** Fills depth, face, column and waterDepth of every pixel. */
export function castWorld(buffer: FrameBuffer, { grid, view, reach }: CastInput): void {
  const { width, height, depth, face, column, waterDepth, inverseStretch } = buffer;
  const { sizeX, sizeY, sizeZ, blocks } = grid;
  const { pyramid, tiles4, tiles16 } = grid;
  const offset4 = sizeX * sizeZ;
  const offset16 = offset4 + tiles4.packed.length;
  const width4 = tiles4.width;
  const width16 = tiles16.width;
  const { originX, originY, originZ } = view;
  const startX = Math.floor(originX) | 0;
  const startZ = Math.floor(originZ) | 0;
  const summit = summitOf(grid) + margin;
  const sky = skyRows(buffer, { grid, view, reach });
  const starts = new ClearStarts(buffer, grid, view);
  let pixel = 0;
  for (let row = 0; row < height; row++) {
    const v = buffer.v[row] ?? 0;
    const rowX = view.forwardX + v * view.downX;
    const dy = notZero(view.forwardY + v * view.downY);
    const rowZ = view.forwardZ + v * view.downZ;
    const inverseY = 1 / dy;
    const rising = dy > 0;
    const stepY = rising ? 1 : -1;
    const aheadY = rising ? 1 : 0;
    if (!rising) starts.enterRow(row);
    for (let col = 0; col < width; col++, pixel++) {
      if (row < (sky[col] ?? 0)) {
        depth[pixel] = Infinity;
        face[pixel] = -1;
        continue;
      }
      const u = buffer.u[col] ?? 0;
      const dx = notZero(rowX + u * view.rightX);
      const dz = notZero(rowZ + u * view.rightZ);
      const inverseX = 1 / dx;
      const inverseZ = 1 / dz;
      const aheadX = dx > 0 ? 1 : 0;
      const aheadZ = dz > 0 ? 1 : 0;
      const backX = aheadX - 1;
      const backZ = aheadZ - 1;
      const limit = reach * (inverseStretch[pixel] ?? 1);
      let t = 0;
      let x = startX;
      let z = startZ;
      let side = 0;
      let found = -1;
      let foundDepth = Infinity;
      let foundColumn = 0;
      let shift = 4;
      let offset = offset16;
      let stride = width16;
      const start = rising ? 0 : (starts.depths[col >> segmentShift] ?? 0);
      if (start > 0) {
        t = start;
        shift = 0;
        x = (originX + dx * t) | 0;
        z = (originZ + dz * t) | 0;
        if (aheadX === 1) {
          while ((x + 1 - originX) * inverseX <= t) x++;
          while ((x - originX) * inverseX > t) x--;
        } else {
          while ((x - originX) * inverseX <= t) x--;
          while ((x + 1 - originX) * inverseX > t) x++;
        }
        if (aheadZ === 1) {
          while ((z + 1 - originZ) * inverseZ <= t) z++;
          while ((z - originZ) * inverseZ > t) z--;
        } else {
          while ((z - originZ) * inverseZ <= t) z--;
          while ((z + 1 - originZ) * inverseZ > t) z++;
        }
      }
      while (t < limit) {
        if (x >>> 0 >= sizeX || z >>> 0 >= sizeZ) {
          if (
            (x < 0 ? aheadX === 0 : x >= sizeX && aheadX === 1) ||
            (z < 0 ? aheadZ === 0 : z >= sizeZ && aheadZ === 1)
          )
            break;
          // Beside the box is air: go on cell by cell towards it.
          const exitX = (x + aheadX - originX) * inverseX;
          const exitZ = (z + aheadZ - originZ) * inverseZ;
          if (exitX <= exitZ) {
            t = exitX;
            x += aheadX + backX;
            side = aheadX;
          } else {
            t = exitZ;
            z += aheadZ + backZ;
            side = 4 + aheadZ;
          }
          continue;
        }
        const tileX = x >> 2;
        const tileZ = z >> 2;
        let here = originY + dy * t;
        if (here > summit && rising) break;
        if (shift === 0) {
          // Column by column to the edge of the tile of 4.
          let exitX = (x + aheadX - originX) * inverseX;
          let exitZ = (z + aheadZ - originZ) * inverseZ;
          while (t < limit) {
            const xFirst = exitX <= exitZ;
            const exit = xFirst ? exitX : exitZ;
            const there = originY + dy * exit;
            const free = pyramid[x + sizeX * z] ?? 0;
            const lower = rising ? here : there;
            const upper = rising ? there : here;
            const passes =
              lower > (free >> 16) + margin || (lower > (free & 255) + margin && upper < ((free >> 8) & 255) - margin);
            if (!passes) {
              let y = here | 0;
              if (rising) {
                while ((y + 1 - originY) * inverseY <= t) y++;
                while ((y - originY) * inverseY > t) y--;
              } else if (here > (free >> 16) + margin) {
                y = free >> 16;
              } else if (here > (free & 255) + margin && here < ((free >> 8) & 255) - margin) {
                y = free & 255;
              } else {
                while ((y - originY) * inverseY <= t) y--;
                while ((y + 1 - originY) * inverseY > t) y++;
              }
              const base = sizeY * (x + sizeX * z);
              let entry = t;
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
                entry = (y + aheadY - originY) * inverseY;
                if (entry > exit || entry >= limit) break;
                y += stepY;
                side = 2 + aheadY;
              }
              if (found >= 0) break;
            }
            t = exit;
            here = there;
            if (xFirst) {
              x += aheadX + backX;
              side = aheadX;
              if (x >> 2 !== tileX || x >= sizeX) break;
              exitX = (x + aheadX - originX) * inverseX;
            } else {
              z += aheadZ + backZ;
              side = 4 + aheadZ;
              if (z >> 2 !== tileZ || z >= sizeZ) break;
              exitZ = (z + aheadZ - originZ) * inverseZ;
            }
          }
          if (found >= 0) break;
        } else {
          const nextX = ((x >> shift) + aheadX) << shift;
          const nextZ = ((z >> shift) + aheadZ) << shift;
          const exitX = (nextX - originX) * inverseX;
          const exitZ = (nextZ - originZ) * inverseZ;
          const xFirst = exitX <= exitZ;
          const exit = xFirst ? exitX : exitZ;
          const there = originY + dy * exit;
          const free = pyramid[offset + (x >> shift) + stride * (z >> shift)] ?? 0;
          const lower = rising ? here : there;
          const upper = rising ? there : here;
          const passes =
            lower > (free >> 16) + margin || (lower > (free & 255) + margin && upper < ((free >> 8) & 255) - margin);
          if (!passes) {
            shift -= 2;
            offset = offset4;
            stride = width4;
            continue;
          }
          // Step over one plane exactly, and over the other axis's planes that come before it.
          t = exit;
          if (xFirst) {
            x = nextX + backX;
            side = aheadX;
            z = (originZ + dz * t) | 0;
            if (aheadZ === 1) {
              while ((z + 1 - originZ) * inverseZ < t) z++;
              while ((z - originZ) * inverseZ >= t) z--;
            } else {
              while ((z - originZ) * inverseZ < t) z--;
              while ((z + 1 - originZ) * inverseZ >= t) z++;
            }
          } else {
            z = nextZ + backZ;
            side = 4 + aheadZ;
            x = (originX + dx * t) | 0;
            if (aheadX === 1) {
              while ((x + 1 - originX) * inverseX <= t) x++;
              while ((x - originX) * inverseX > t) x--;
            } else {
              while ((x - originX) * inverseX <= t) x--;
              while ((x + 1 - originX) * inverseX > t) x++;
            }
          }
        }
        if (x >> 4 !== tileX >> 2 || z >> 4 !== tileZ >> 2) {
          shift = 4;
          offset = offset16;
          stride = width16;
        } else if (shift === 0) {
          shift = 2;
          offset = offset4;
          stride = width4;
        }
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
