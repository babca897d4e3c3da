// Choosing the player as a target, chasing and striking.
// Knows nothing about damage; a blow is the world's business.
import { squaredDistance } from "../physical-body.js";
import type { Mob } from "../mob.js";
import type { MobWorld } from "../mob-world.js";
import { lookAtPlayer, seesPlayer } from "./looking.js";
import { walkTowards } from "./steering.js";

/** Ticks between two blows. */
const blowInterval = 20;
/** A target out of sight is forgotten after this many ticks. */
const memoryTicks = 60;

/** Takes the player as target when it is near and in sight; looks up every tenth tick on average. */
export function noticePlayer(mob: Mob, world: MobWorld): void {
  if (mob.target !== undefined || world.player.isDead || world.random.integer(10) !== 0) return;
  if (isInRange(mob, world) && seesPlayer(mob, world)) setTarget(mob, world);
}

/** Makes the player the target. */
export function setTarget(mob: Mob, world: MobWorld): void {
  mob.target = world.player;
  mob.unseenTicks = 0;
  mob.goalTicks = 0;
}

/** Forgets a target that is dead, too far or unseen for too long. */
export function reviewTarget(mob: Mob, world: MobWorld): void {
  if (mob.target === undefined) return;
  mob.unseenTicks = seesPlayer(mob, world) ? 0 : mob.unseenTicks + 1;
  if (world.player.isDead || !isInRange(mob, world) || mob.unseenTicks > memoryTicks) mob.target = undefined;
}

function isInRange(mob: Mob, world: MobWorld): boolean {
  const { followRange } = mob.traits;
  return squaredDistance(mob, world.player) < followRange * followRange;
}

/** Runs after the player and strikes when its feet are within reach (squared metres) and in sight. */
export function chase(mob: Mob, world: MobWorld, speedFactor: number, squaredReach: number): void {
  const { player } = world;
  lookAtPlayer(mob, world, 30);
  const squared = squaredDistance(mob, player);
  const touching = mob.halfWidth + player.halfWidth;
  if (squared > touching * touching * 0.8) walkTowards(mob, world.grid, player.x, player.z, speedFactor);
  if (mob.attackTicks > 0 || squared > squaredReach || !seesPlayer(mob, world)) return;
  mob.attackTicks = blowInterval;
  world.strikePlayer(mob);
}

/** Squared reach of a mob's blow: (2 · width)² + the player's width, as Minecraft's melee task. */
export function meleeReach(mob: Mob, world: MobWorld): number {
  return 4 * mob.width * mob.width + world.player.width;
}
