// Where an enderman goes when it vanishes.
// Knows nothing about why it does.
import { isFree } from "../collisions.js";
import type { Mob } from "../mob.js";
import type { MobWorld } from "../mob-world.js";

const range = 32;
const attempts = 24;

/** Vanishes to a random dry place within 32 metres; returns whether one was found. */
export function teleportRandomly(mob: Mob, world: MobWorld): boolean {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const x = mob.x + world.random.uniform(-range, range);
    const z = mob.z + world.random.uniform(-range, range);
    if (teleportTo(mob, world, x, z)) return true;
  }
  return false;
}

/** Appears within eight metres of the player; returns whether a place was found. */
export function teleportNear(mob: Mob, world: MobWorld): boolean {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const x = world.player.x + world.random.uniform(-8, 8);
    const z = world.player.z + world.random.uniform(-8, 8);
    if (teleportTo(mob, world, x, z)) return true;
  }
  return false;
}

function teleportTo(mob: Mob, world: MobWorld, x: number, z: number): boolean {
  const y = world.standableY(Math.floor(x), Math.floor(z), mob.y);
  const centreX = Math.floor(x) + 0.5;
  const centreZ = Math.floor(z) + 0.5;
  if (y === undefined || Math.abs(y - mob.y) > range) return false;
  if (!isFree(world.grid, centreX, y, centreZ, mob.halfWidth, mob.height)) return false;
  mob.placeAt(centreX, y, centreZ);
  mob.goalTicks = 0;
  return true;
}
