// Cow, sheep, pig and chicken: stroll, look, and run when they are hit; chickens lay eggs.
// Knows nothing about food or breeding.
import type { Mob } from "../mob.js";
import type { MobWorld } from "../mob-world.js";
import { chooseGoal, followGoal, idle } from "./idle.js";

/** Ticks of panic after a hit. */
export const panicDuration = 100;
const panicRange = 5;
const longestDash = 60;
/** A chicken lays every 6,000 to 12,000 ticks. */
const eggInterval = 6000;

/** One tick of an animal's mind. */
export function animal(mob: Mob, world: MobWorld): void {
  if (mob.kind === "chicken") layEggs(mob, world);
  if (mob.panicTicks > 0) flee(mob, world);
  else idle(mob, world);
}

function flee(mob: Mob, world: MobWorld): void {
  mob.panicTicks--;
  if (mob.goalTicks <= 0 && chooseGoal(mob, world, panicRange)) mob.goalTicks = longestDash;
  if (mob.goalTicks > 0) followGoal(mob, world, mob.traits.panicFactor);
  if (mob.wishedSpeed === 0) mob.goalTicks = 0;
  if (mob.panicTicks === 0) mob.goalTicks = 0;
  mob.turnHead(mob.yaw, 0);
}

function layEggs(mob: Mob, world: MobWorld): void {
  if (--mob.kindTicks > 0) return;
  world.dropItem("egg", 1, mob);
  mob.kindTicks = eggInterval + world.random.integer(eggInterval);
}
