// The obviously right way to see blocks: every ray walks block by block through the whole grid.
// Knows nothing about speed; the fast caster must give the same bits.
import type { VoxelGrid } from "../world/voxel-grid.js";
import { blockTypes } from "../world/blocks.js";
import type { View } from "./camera.js";
import type { FrameBuffer } from "./frame-buffer.js";

const water = blockTypes.findIndex(({ name }) => name === "water");

/** What a caster needs to know. */
export interface CastInput {
  readonly grid: VoxelGrid;
  readonly view: View;
  /** Blocks beyond this distance from the camera are not seen, metres. */
  readonly reach: number;
}

/** Fills depth, face, column and waterDepth of every pixel. */
export function castWorldReference(buffer: FrameBuffer, input: CastInput): void {
  for (let row = 0; row < buffer.height; row++) {
    for (let col = 0; col < buffer.width; col++) castPixel(buffer, input, row * buffer.width + col);
  }
}

function castPixel(buffer: FrameBuffer, { grid, view, reach }: CastInput, pixel: number): void {
  const u = buffer.u[pixel % buffer.width] ?? 0;
  const v = buffer.v[Math.floor(pixel / buffer.width)] ?? 0;
  const origin = [view.originX, view.originY, view.originZ] as const;
  const direction = [
    notZero(view.forwardX + v * view.downX + u * view.rightX),
    notZero(view.forwardY + v * view.downY),
    notZero(view.forwardZ + v * view.downZ + u * view.rightZ),
  ] as const;
  const limit = reach * (buffer.inverseStretch[pixel] ?? 1);
  buffer.depth[pixel] = Infinity;
  buffer.face[pixel] = -1;
  const cell: Triple = [Math.floor(origin[0]), Math.floor(origin[1]), Math.floor(origin[2])];
  let depth = 0;
  let axis: Axis = 1;
  while (depth < limit) {
    const block = grid.get(...cell);
    if (block === water) {
      buffer.waterDepth[pixel] = Math.min(buffer.waterDepth[pixel] ?? Infinity, depth);
    } else if (block !== 0 && depth > 0) {
      const face = 2 * axis + (direction[axis] > 0 ? 1 : 0);
      buffer.depth[pixel] = depth;
      buffer.face[pixel] = block | (face << 8) | (cell[1] << 11);
      buffer.column[pixel] = cell[0] + grid.sizeX * cell[2];
      return;
    }
    axis = nextAxis(cell, origin, direction);
    depth = planeDepth(cell[axis], origin[axis], direction[axis]);
    cell[axis] += direction[axis] > 0 ? 1 : -1;
  }
}

type Axis = 0 | 1 | 2;
type Triple = [number, number, number];

/** Rays exactly along a plane of blocks are tilted by a hair, so that every plane's depth is a number. */
export function notZero(x: number): number {
  return x > -1e-12 && x < 1e-12 ? 1e-12 : x;
}

/** Depth at which a ray leaves cell `c` along one axis. */
function planeDepth(c: number, origin: number, direction: number): number {
  return (c + (direction > 0 ? 1 : 0) - origin) * (1 / direction);
}

/** The axis whose plane comes first; y before x before z where they meet. */
function nextAxis(cell: Triple, origin: Readonly<Triple>, direction: Readonly<Triple>): Axis {
  const x = planeDepth(cell[0], origin[0], direction[0]);
  const y = planeDepth(cell[1], origin[1], direction[1]);
  const z = planeDepth(cell[2], origin[2], direction[2]);
  if (y <= x && y <= z) return 1;
  return x <= z ? 0 : 2;
}
