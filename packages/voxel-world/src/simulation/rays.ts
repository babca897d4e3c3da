// Straight lines through the world: what a look meets, and whether two points see each other.
// Knows nothing about who looks.
import type { VoxelGrid } from "../world/voxel-grid.js";
import { cos, degreesToRadians, sin } from "../math/trigonometry.js";

/** A point or direction, metres. */
export interface Vector {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** An upright box by the centre of its foot, metres. */
export interface Box extends Vector {
  readonly halfWidth: number;
  readonly height: number;
}

/** A block that a ray met: its cell, the free cell before it, and the distance in metres. */
export interface BlockHit {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly beforeX: number;
  readonly beforeY: number;
  readonly beforeZ: number;
  readonly distance: number;
}

/** Unit vector of a look; yaw and pitch in degrees, positive pitch looks down. */
export function lookVector(yaw: number, pitch: number): Vector {
  const level = cos(pitch * degreesToRadians);
  return {
    x: -sin(yaw * degreesToRadians) * level,
    y: -sin(pitch * degreesToRadians),
    z: cos(yaw * degreesToRadians) * level,
  };
}

/** Distance along a unit ray to a box, 0 from inside, Infinity when it misses. */
export function distanceToBox(from: Vector, direction: Vector, box: Box): number {
  let near = 0;
  let far = Infinity;
  for (let axis = 0; axis < 3; axis++) {
    const origin = axis === 0 ? from.x : axis === 1 ? from.y : from.z;
    const slope = axis === 0 ? direction.x : axis === 1 ? direction.y : direction.z;
    const low = axis === 0 ? box.x - box.halfWidth : axis === 1 ? box.y : box.z - box.halfWidth;
    const high = low + (axis === 1 ? box.height : 2 * box.halfWidth);
    if (slope === 0) {
      if (origin < low || origin > high) return Infinity;
      continue;
    }
    const first = (low - origin) / slope;
    const second = (high - origin) / slope;
    near = Math.max(near, Math.min(first, second));
    far = Math.min(far, Math.max(first, second));
  }
  return near <= far ? near : Infinity;
}

/** The first solid block along a unit ray within `reach` metres (a walk from cell to cell). */
export function firstSolid(grid: VoxelGrid, from: Vector, direction: Vector, reach: number): BlockHit | undefined {
  let x = Math.floor(from.x);
  let y = Math.floor(from.y);
  let z = Math.floor(from.z);
  const stepX = direction.x > 0 ? 1 : -1;
  const stepY = direction.y > 0 ? 1 : -1;
  const stepZ = direction.z > 0 ? 1 : -1;
  const deltaX = direction.x === 0 ? Infinity : Math.abs(1 / direction.x);
  const deltaY = direction.y === 0 ? Infinity : Math.abs(1 / direction.y);
  const deltaZ = direction.z === 0 ? Infinity : Math.abs(1 / direction.z);
  let nextX = firstCrossing(from.x, x, stepX, deltaX);
  let nextY = firstCrossing(from.y, y, stepY, deltaY);
  let nextZ = firstCrossing(from.z, z, stepZ, deltaZ);
  for (;;) {
    const distance = Math.min(nextX, nextY, nextZ);
    if (distance > reach) return undefined;
    const beforeX = x;
    const beforeY = y;
    const beforeZ = z;
    if (distance === nextX) {
      x += stepX;
      nextX += deltaX;
    } else if (distance === nextY) {
      y += stepY;
      nextY += deltaY;
    } else {
      z += stepZ;
      nextZ += deltaZ;
    }
    if (grid.isSolid(x, y, z)) return { x, y, z, beforeX, beforeY, beforeZ, distance };
  }
}

function firstCrossing(origin: number, cell: number, step: number, delta: number): number {
  if (delta === Infinity) return Infinity;
  return (step > 0 ? cell + 1 - origin : origin - cell) * delta;
}

/** Whether no solid block lies between two points. */
export function canSee(grid: VoxelGrid, from: Vector, to: Vector): boolean {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const dz = to.z - from.z;
  const distance = Math.sqrt(dx * dx + dy * dy + dz * dz);
  if (distance < 1e-6) return true;
  const direction = { x: dx / distance, y: dy / distance, z: dz / distance };
  return firstSolid(grid, from, direction, distance) === undefined;
}
