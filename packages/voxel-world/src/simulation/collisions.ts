// Moves a box through full-cube blocks, one axis after the other, as Minecraft does (y, x, z).
// Knows nothing about forces; it only shortens a wished move.
import type { VoxelGrid } from "../world/voxel-grid.js";
import type { PhysicalBody } from "./physical-body.js";

const epsilon = 1e-7;
/** Bodies stay this far inside the box: an invisible border, metres. */
const borderMargin = 1;

/** Whether any solid block lies in the cells [x0..x1] × [y0..y1] × [z0..z1]. */
function anySolid(grid: VoxelGrid, x0: number, x1: number, y0: number, y1: number, z0: number, z1: number): boolean {
  for (let y = y0; y <= y1; y++) {
    for (let z = z0; z <= z1; z++) {
      for (let x = x0; x <= x1; x++) if (grid.isSolid(x, y, z)) return true;
    }
  }
  return false;
}

/** Whether a box with its feet's centre at (x, y, z) would be free of solid blocks. */
export function isFree(grid: VoxelGrid, x: number, y: number, z: number, halfWidth: number, height: number): boolean {
  return !anySolid(
    grid,
    Math.floor(x - halfWidth + epsilon),
    Math.floor(x + halfWidth - epsilon),
    Math.floor(y + epsilon),
    Math.floor(y + height - epsilon),
    Math.floor(z - halfWidth + epsilon),
    Math.floor(z + halfWidth - epsilon),
  );
}

function sweepY(grid: VoxelGrid, body: PhysicalBody, dy: number): number {
  const x0 = Math.floor(body.x - body.halfWidth + epsilon);
  const x1 = Math.floor(body.x + body.halfWidth - epsilon);
  const z0 = Math.floor(body.z - body.halfWidth + epsilon);
  const z1 = Math.floor(body.z + body.halfWidth - epsilon);
  if (dy < 0) {
    const last = Math.floor(body.y + dy);
    for (let y = Math.ceil(body.y - epsilon) - 1; y >= last; y--) {
      if (anySolid(grid, x0, x1, y, y, z0, z1)) return Math.min(0, y + 1 - body.y);
    }
    return dy;
  }
  const top = body.y + body.height;
  const last = Math.floor(top + dy);
  for (let y = Math.floor(top + epsilon); y <= last; y++) {
    if (anySolid(grid, x0, x1, y, y, z0, z1)) return Math.max(0, y - top);
  }
  return dy;
}

function sweepX(grid: VoxelGrid, body: PhysicalBody, dx: number): number {
  const y0 = Math.floor(body.y + epsilon);
  const y1 = Math.floor(body.y + body.height - epsilon);
  const z0 = Math.floor(body.z - body.halfWidth + epsilon);
  const z1 = Math.floor(body.z + body.halfWidth - epsilon);
  if (dx < 0) {
    const side = body.x - body.halfWidth;
    const last = Math.floor(side + dx);
    for (let x = Math.ceil(side - epsilon) - 1; x >= last; x--) {
      if (anySolid(grid, x, x, y0, y1, z0, z1)) return Math.min(0, x + 1 - side);
    }
    return Math.max(dx, borderMargin - side);
  }
  const side = body.x + body.halfWidth;
  const last = Math.floor(side + dx);
  for (let x = Math.floor(side + epsilon); x <= last; x++) {
    if (anySolid(grid, x, x, y0, y1, z0, z1)) return Math.max(0, x - side);
  }
  return Math.min(dx, grid.sizeX - borderMargin - side);
}

function sweepZ(grid: VoxelGrid, body: PhysicalBody, dz: number): number {
  const y0 = Math.floor(body.y + epsilon);
  const y1 = Math.floor(body.y + body.height - epsilon);
  const x0 = Math.floor(body.x - body.halfWidth + epsilon);
  const x1 = Math.floor(body.x + body.halfWidth - epsilon);
  if (dz < 0) {
    const side = body.z - body.halfWidth;
    const last = Math.floor(side + dz);
    for (let z = Math.ceil(side - epsilon) - 1; z >= last; z--) {
      if (anySolid(grid, x0, x1, y0, y1, z, z)) return Math.min(0, z + 1 - side);
    }
    return Math.max(dz, borderMargin - side);
  }
  const side = body.z + body.halfWidth;
  const last = Math.floor(side + dz);
  for (let z = Math.floor(side + epsilon); z <= last; z++) {
    if (anySolid(grid, x0, x1, y0, y1, z, z)) return Math.max(0, z - side);
  }
  return Math.min(dz, grid.sizeZ - borderMargin - side);
}

function slideHorizontally(grid: VoxelGrid, body: PhysicalBody, dx: number, dz: number): void {
  if (dx !== 0) body.x += sweepX(grid, body, dx);
  if (dz !== 0) body.z += sweepZ(grid, body, dz);
}

/**
 * Moves a body by its velocity until blocks stop it; velocity along a stopped axis becomes zero, and onGround,
 * collidedHorizontally and fallDistance are brought up to date.
 */
export function moveBody(grid: VoxelGrid, body: PhysicalBody): void {
  if (body.guardsEdges && body.onGround) holdAtEdge(grid, body);
  const { x: startX, y: startY, z: startZ, velocityX: dx, velocityY: dy, velocityZ: dz } = body;
  const wasOnGround = body.onGround;
  if (dy !== 0) body.y += sweepY(grid, body, dy);
  const hitsGround = dy < 0 && body.y - startY > dy + epsilon;
  slideHorizontally(grid, body, dx, dz);
  const blocked = isBlocked(body, startX + dx, startZ + dz);
  if (blocked && body.stepHeight > 0.6 && (wasOnGround || hitsGround)) stepUp(grid, body, startX, startZ);
  body.collidedHorizontally = isBlocked(body, startX + dx, startZ + dz);
  if (Math.abs(body.x - startX - dx) > epsilon) body.velocityX = 0;
  if (Math.abs(body.z - startZ - dz) > epsilon) body.velocityZ = 0;
  if (hitsGround || (dy > 0 && body.y - startY < dy - epsilon)) body.velocityY = 0;
  body.onGround = hitsGround;
  if (body.y < startY) body.fallDistance += startY - body.y;
}

/** Shortens the horizontal velocity until there is ground under the whole move. */
function holdAtEdge(grid: VoxelGrid, body: PhysicalBody): void {
  const { x, y, z, halfWidth, height, stepHeight } = body;
  const isUnsupported = (dx: number, dz: number): boolean =>
    isFree(grid, x + dx, y - stepHeight, z + dz, halfWidth, height);
  while (body.velocityX !== 0 && isUnsupported(body.velocityX, 0)) body.velocityX = shortened(body.velocityX);
  while (body.velocityZ !== 0 && isUnsupported(0, body.velocityZ)) body.velocityZ = shortened(body.velocityZ);
  while (body.velocityX !== 0 && body.velocityZ !== 0 && isUnsupported(body.velocityX, body.velocityZ)) {
    body.velocityX = shortened(body.velocityX);
    body.velocityZ = shortened(body.velocityZ);
  }
}

function shortened(velocity: number): number {
  if (Math.abs(velocity) < 0.05) return 0;
  return velocity > 0 ? velocity - 0.05 : velocity + 0.05;
}

function isBlocked(body: PhysicalBody, wantedX: number, wantedZ: number): boolean {
  return Math.abs(body.x - wantedX) > epsilon || Math.abs(body.z - wantedZ) > epsilon;
}

/** Tries the same horizontal move from one step higher and keeps whichever went farther. */
function stepUp(grid: VoxelGrid, body: PhysicalBody, startX: number, startZ: number): void {
  const { x, y, z } = body;
  const flat = (x - startX) * (x - startX) + (z - startZ) * (z - startZ);
  body.x = startX;
  body.z = startZ;
  body.y += sweepY(grid, body, body.stepHeight);
  slideHorizontally(grid, body, body.velocityX, body.velocityZ);
  const stepped = (body.x - startX) * (body.x - startX) + (body.z - startZ) * (body.z - startZ);
  if (stepped > flat + epsilon) {
    body.y += sweepY(grid, body, y - body.y);
    return;
  }
  body.x = x;
  body.y = y;
  body.z = z;
}
