// Turning a head towards the player, and seeing and being seen.
// Knows nothing about what a sight leads to.
import { atan2, radiansToDegrees } from "../../math/trigonometry.js";
import type { Mob } from "../mob.js";
import type { MobWorld } from "../mob-world.js";
import { canSee, lookVector } from "../rays.js";
import { yawTowards } from "./steering.js";

/** Turns the head towards the player's eyes by at most `limit` degrees. */
export function lookAtPlayer(mob: Mob, world: MobWorld, limit: number): void {
  const { player } = world;
  const dx = player.x - mob.x;
  const dz = player.z - mob.z;
  const level = Math.sqrt(dx * dx + dz * dz);
  const pitch = -atan2(player.eyeY - mob.eyeY, level) * radiansToDegrees;
  mob.turnHead(yawTowards(mob.x, mob.z, player.x, player.z), pitch, limit);
}

/** Whether the eyes of a mob and of the player see each other. */
export function seesPlayer(mob: Mob, world: MobWorld): boolean {
  const { player } = world;
  return canSee(world.grid, { x: mob.x, y: mob.eyeY, z: mob.z }, { x: player.x, y: player.eyeY, z: player.z });
}

/** Whether the player looks a mob in the eyes: within a cone that narrows with distance, cosine > 1 − 0.025 / metres. */
export function isStaredAt(mob: Mob, world: MobWorld): boolean {
  const { player } = world;
  const dx = mob.x - player.x;
  const dy = mob.eyeY - player.eyeY;
  const dz = mob.z - player.z;
  const distance = Math.sqrt(dx * dx + dy * dy + dz * dz);
  if (distance < 1e-6 || distance > mob.traits.followRange) return false;
  const look = lookVector(player.yaw, player.pitch);
  const cosine = (look.x * dx + look.y * dy + look.z * dz) / distance;
  return cosine > 1 - 0.025 / distance && seesPlayer(mob, world);
}
