// Local steering: heads for a point, jumps on one-block steps, passes obstacles and keeps off cliffs and liquids.
// Knows nothing about goals; there is no path search beyond the next step.
import { atan2, cos, degreesToRadians, radiansToDegrees, sin, wrapDegrees } from "../../math/trigonometry.js";
import { blockId } from "../../world/blocks.js";
import type { VoxelGrid } from "../../world/voxel-grid.js";
import type { Mob } from "../mob.js";

const lava = blockId("lava");
const cactus = blockId("cactus");
const water = blockId("water");
/** Headings tried in turn, degrees beside the straight one. */
const detours = [0, 40, -40, 80, -80, 120, -120] as const;
/** Deepest step down that a walking mob takes, blocks. */
const deepestDrop = 3;

/** How the next step in a direction would go. */
export type Footing = "free" | "step-up" | "blocked";

/** Yaw in degrees from one point to another. */
export function yawTowards(fromX: number, fromZ: number, toX: number, toZ: number): number {
  return wrapDegrees(atan2(-(toX - fromX), toZ - fromZ) * radiansToDegrees);
}

/** Wishes to walk towards a point with a speed factor; stands still when every way is blocked. */
export function walkTowards(mob: Mob, grid: VoxelGrid, x: number, z: number, speedFactor: number): void {
  const straight = yawTowards(mob.x, mob.z, x, z);
  mob.wishedSpeed = 0;
  for (const detour of detours) {
    const yaw = straight + detour * mob.detour;
    const footing = footingAhead(mob, grid, yaw);
    if (footing === "blocked") continue;
    if (detour < 0) mob.detour = -mob.detour;
    mob.wishedSpeed = mob.traits.speed * speedFactor;
    mob.wishedYaw = yaw;
    mob.wishesJump = footing === "step-up" && mob.stepHeight < 1 && mob.onGround;
    return;
  }
}

/** Looks at the ground one step ahead, and for danger as far as the mob would slide. */
export function footingAhead(mob: Mob, grid: VoxelGrid, yaw: number): Footing {
  const near = footingAt(mob, grid, yaw, mob.halfWidth + 0.5);
  const speed = Math.max(Math.abs(mob.velocityX), Math.abs(mob.velocityZ));
  if (near !== "free" || speed < 0.1) return near;
  return footingAt(mob, grid, yaw, mob.halfWidth + 0.5 + 2 * speed) === "blocked" ? "blocked" : "free";
}

function footingAt(mob: Mob, grid: VoxelGrid, yaw: number, reach: number): Footing {
  const x = Math.floor(mob.x - sin(yaw * degreesToRadians) * reach);
  const z = Math.floor(mob.z + cos(yaw * degreesToRadians) * reach);
  const y = Math.floor(mob.y + 0.01);
  if (x < 1 || z < 1 || x >= grid.sizeX - 1 || z >= grid.sizeZ - 1) return "blocked";
  if (!mob.onGround && !mob.inWater) return "free";
  if (grid.isSolid(x, y, z)) return stepUpFooting(mob, grid, x, y, z);
  const head = Math.floor(mob.y + mob.height - 0.01);
  if (head > y && grid.isSolid(x, head, z)) return mob.kind === "spider" ? "free" : "blocked";
  return dropFooting(mob, grid, x, y, z);
}

function stepUpFooting(mob: Mob, grid: VoxelGrid, x: number, y: number, z: number): Footing {
  if (grid.get(x, y, z) === cactus) return "blocked";
  if (mob.kind === "spider") return "free";
  const head = Math.floor(mob.y + 1 + mob.height - 0.01);
  for (let level = y + 1; level <= head; level++) if (grid.isSolid(x, level, z)) return "blocked";
  return grid.isSolid(Math.floor(mob.x), head, Math.floor(mob.z)) ? "blocked" : "step-up";
}

function dropFooting(mob: Mob, grid: VoxelGrid, x: number, y: number, z: number): Footing {
  for (let level = y; level >= y - 1 - deepestDrop; level--) {
    const block = grid.get(x, level, z);
    if (block === lava) return "blocked";
    if (block === water) return mob.inWater || (!mob.traits.isAnimal && mob.kind !== "enderman") ? "free" : "blocked";
    if (grid.isSolid(x, level, z)) return block === cactus ? "blocked" : "free";
  }
  return mob.inWater ? "free" : "blocked";
}
