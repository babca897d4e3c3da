// Minecraft 1.11's rules of motion for living bodies: ground, air, water, lava, jumps and pushes.
// Knows nothing about who wants to move, nor why.
import { blockId } from "../world/blocks.js";
import type { VoxelGrid } from "../world/voxel-grid.js";
import { isFree, moveBody } from "./collisions.js";
import { overlaps, type PhysicalBody } from "./physical-body.js";

/** Metres a tick². */
export const gravity = 0.08;
/** Share of the vertical velocity kept each tick in air. */
export const verticalDrag = 0.98;
/** Share of the horizontal velocity kept each tick in air; on ground it is multiplied by the block's slipperiness. */
export const horizontalDrag = 0.91;
/** Slipperiness of ordinary ground. */
export const defaultSlipperiness = 0.6;
/** Slipperiness of ice. */
export const iceSlipperiness = 0.98;
/** Upward velocity of a jump, metres a tick. */
export const jumpVelocity = 0.42;
/** Forward velocity that a sprinting jump adds, metres a tick. */
export const sprintJumpBoost = 0.2;
/** Inputs are damped by this factor before they accelerate a body. */
export const inputDamping = 0.98;
/** Acceleration in liquids, metres a tick². */
const liquidAcceleration = 0.02;
const waterDrag = 0.8;
const lavaDrag = 0.5;
/** Normalises acceleration so that a body's speed attribute means the same on the default ground: (0.6 · 0.91)³. */
const groundNormalisation = 0.16277136;
const restVelocity = 0.003;

const iceId = blockId("ice");
const waterId = blockId("water");
const lavaId = blockId("lava");

/** A wish to move. Angles arrive as sine and cosine of the yaw (0 looks to +z, positive turns right). */
export interface TravelWish {
  /** −1 to 1, positive to the left. */
  strafe: number;
  /** −1 to 1. */
  forward: number;
  sinYaw: number;
  cosYaw: number;
  /** Speed attribute on ground: 0.1 for a walking player. */
  groundSpeed: number;
  /** Acceleration in air: 0.02, or 0.026 while sprinting. */
  airSpeed: number;
}

/** Accelerates a body along its wish, as Minecraft's moveRelative: wishes longer than 1 are shortened, others are not. */
export function accelerate(body: PhysicalBody, wish: TravelWish, acceleration: number): void {
  const { strafe, forward, sinYaw, cosYaw } = wish;
  const square = strafe * strafe + forward * forward;
  if (square < 1e-4) return;
  const scale = acceleration / Math.max(1, Math.sqrt(square));
  body.velocityX += (strafe * cosYaw - forward * sinYaw) * scale;
  body.velocityZ += (forward * cosYaw + strafe * sinYaw) * scale;
}

/** Slipperiness of the block under a body's feet. */
function slipperinessUnder(grid: VoxelGrid, body: PhysicalBody): number {
  const block = grid.get(Math.floor(body.x), Math.floor(body.y) - 1, Math.floor(body.z));
  return block === iceId ? iceSlipperiness : defaultSlipperiness;
}

/** One tick of motion: accelerate, move, then gravity and drag. Call {@link updateFluids} first. */
export function travel(grid: VoxelGrid, body: PhysicalBody, wish: TravelWish): void {
  stopCreeping(body);
  if (body.inWater) swim(grid, body, wish, waterDrag);
  else if (body.inLava) swim(grid, body, wish, lavaDrag);
  else walk(grid, body, wish);
}

function walk(grid: VoxelGrid, body: PhysicalBody, wish: TravelWish): void {
  const drag = body.onGround ? slipperinessUnder(grid, body) * horizontalDrag : horizontalDrag;
  const speed = body.onGround ? (wish.groundSpeed * groundNormalisation) / (drag * drag * drag) : wish.airSpeed;
  accelerate(body, wish, speed);
  moveBody(grid, body);
  body.velocityY = (body.velocityY - gravity) * verticalDrag;
  body.velocityX *= drag;
  body.velocityZ *= drag;
}

function swim(grid: VoxelGrid, body: PhysicalBody, wish: TravelWish, drag: number): void {
  const startY = body.y;
  accelerate(body, wish, liquidAcceleration);
  moveBody(grid, body);
  body.fallDistance = 0;
  body.velocityX *= drag;
  body.velocityZ *= drag;
  body.velocityY = body.velocityY * drag - 0.02;
  if (body.collidedHorizontally && canClimbOut(grid, body, startY)) body.velocityY = 0.3;
}

function canClimbOut(grid: VoxelGrid, body: PhysicalBody, startY: number): boolean {
  const y = body.velocityY + 0.6 + startY;
  const x = body.x + body.velocityX;
  const z = body.z + body.velocityZ;
  return (
    isFree(grid, x, y, z, body.halfWidth, body.height) && !grid.isLiquid(Math.floor(x), Math.floor(y), Math.floor(z))
  );
}

function stopCreeping(body: PhysicalBody): void {
  if (Math.abs(body.velocityX) < restVelocity) body.velocityX = 0;
  if (Math.abs(body.velocityY) < restVelocity) body.velocityY = 0;
  if (Math.abs(body.velocityZ) < restVelocity) body.velocityZ = 0;
}

/** Sees whether a body stands in water or lava (at its centre, 0.4 m above its feet). */
export function updateFluids(grid: VoxelGrid, body: PhysicalBody): void {
  const block = grid.get(Math.floor(body.x), Math.floor(body.y + 0.4), Math.floor(body.z));
  body.inWater = block === waterId;
  body.inLava = block === lavaId;
  if (body.inWater) body.fallDistance = 0;
}

/** Pushes upward: a jump from the ground, a stroke in a liquid. Returns whether it was a jump from the ground. */
export function jump(body: PhysicalBody): boolean {
  if (body.inWater || body.inLava) {
    body.velocityY += 0.04;
    return false;
  }
  if (!body.onGround) return false;
  body.velocityY = jumpVelocity;
  return true;
}

/** Two overlapping bodies push each other apart, by up to 0.1 metres a tick each. */
export function pushApart(a: PhysicalBody, b: PhysicalBody): void {
  if (!overlaps(a, b)) return;
  let dx = b.x - a.x;
  let dz = b.z - a.z;
  const larger = Math.max(Math.abs(dx), Math.abs(dz));
  if (larger < 0.01) return;
  const root = Math.sqrt(larger);
  const push = (0.1 / root) * Math.min(1, 1 / root);
  dx *= push;
  dz *= push;
  a.velocityX -= dx;
  a.velocityZ -= dz;
  b.velocityX += dx;
  b.velocityZ += dz;
}
