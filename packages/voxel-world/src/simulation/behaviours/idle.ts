// What a mob does when nothing matters: stands, strolls, looks around or at the player.
// Knows nothing about danger.
import { wrapDegrees } from "../../math/trigonometry.js";
import type { Mob } from "../mob.js";
import type { MobWorld } from "../mob-world.js";
import { lookAtPlayer } from "./looking.js";
import { walkTowards } from "./steering.js";

/** Chance a tick to begin a stroll, and to begin a look. */
const strollChance = 1 / 120;
const lookChance = 0.02;
const strollRange = 10;
const longestStroll = 160;
const playerLookRange = 6;

/** Strolls and looks, as Minecraft's Wander, WatchClosest and LookIdle tasks. */
export function idle(mob: Mob, world: MobWorld): void {
  stroll(mob, world);
  lookAround(mob, world);
}

function stroll(mob: Mob, world: MobWorld): void {
  if (mob.goalTicks > 0) {
    followGoal(mob, world, 1);
  } else if (world.random.float() < strollChance && chooseGoal(mob, world, strollRange)) {
    mob.goalTicks = longestStroll;
  }
}

/** Takes one tick of the walk to the mob's goal; gives up when it is there or blocked. */
export function followGoal(mob: Mob, world: MobWorld, speedFactor: number): void {
  mob.goalTicks--;
  const dx = mob.goalX - mob.x;
  const dz = mob.goalZ - mob.z;
  if (dx * dx + dz * dz < 0.5) mob.goalTicks = 0;
  else walkTowards(mob, world.grid, mob.goalX, mob.goalZ, speedFactor);
}

/** Picks a random place to stand within `range` metres; returns whether one was found. */
export function chooseGoal(mob: Mob, world: MobWorld, range: number): boolean {
  for (let attempt = 0; attempt < 10; attempt++) {
    const x = mob.x + world.random.uniform(-range, range);
    const z = mob.z + world.random.uniform(-range, range);
    const y = world.standableY(Math.floor(x), Math.floor(z), mob.y);
    if (y === undefined || Math.abs(y - mob.y) > 4) continue;
    mob.goalX = x;
    mob.goalZ = z;
    return true;
  }
  return false;
}

function lookAround(mob: Mob, world: MobWorld): void {
  if (mob.lookTicks > 0) mob.lookTicks--;
  else if (world.random.float() < lookChance) beginLook(mob, world);
  if (mob.lookTicks > 0 && mob.looksAtPlayer) lookAtPlayer(mob, world, 10);
  else mob.turnHead(mob.lookTicks > 0 ? mob.lookYaw : mob.bodyYaw, 0, 10);
}

function beginLook(mob: Mob, world: MobWorld): void {
  const dx = world.player.x - mob.x;
  const dz = world.player.z - mob.z;
  mob.looksAtPlayer = dx * dx + dz * dz < playerLookRange * playerLookRange && world.random.float() < 0.5;
  mob.lookTicks = 20 + world.random.integer(mob.looksAtPlayer ? 60 : 20);
  mob.lookYaw = wrapDegrees(mob.bodyYaw + world.random.uniform(-70, 70));
}
