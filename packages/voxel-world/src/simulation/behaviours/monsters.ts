// Zombie, spider, zombie pigman and enderman: who they attack, and how.
// Knows nothing about damage or loot.
import { squaredDistance } from "../physical-body.js";
import type { Mob } from "../mob.js";
import type { MobWorld } from "../mob-world.js";
import { chase, meleeReach, noticePlayer, reviewTarget, setTarget } from "./attacking.js";
import { idle } from "./idle.js";
import { isStaredAt } from "./looking.js";
import { teleportNear, teleportRandomly } from "./teleporting.js";

/** Spiders are calm where the light is at least this (brightness one half). */
const calmLight = 12;
const spiderSquaredReach = 4.6;
/** Ticks on fire that the sun gives a zombie. */
const sunburnTicks = 160;
/** A pigman's anger lasts between one and two of these, ticks. */
const angerUnit = 400;
/** Pigmen hear a struck one within these metres, sideways and up. */
const groupRange = 35;
const groupHeight = 10;
/** Speed that anger adds, as a factor of the speed attribute. */
const pigmanFury = (0.23 + 0.05) / 0.23;
const endermanFury = (0.3 + 0.15) / 0.3;
/** A stare from nearer than this (squared metres) drives an angry enderman away. */
const stareSquared = 16;
/** Ticks an enderman takes to be angered by a look, and to come back from afar. */
const stareTicks = 5;
const returnTicks = 30;
const farSquared = 256;
/** It also comes by teleport when it makes no headway from farther than this, for there is no path search. */
const nearSquared = 16;
/** Chance that a struck enderman teleports. */
const flinchChance = 0.5;

/** Chases on sight; burns in the open by day. */
export function zombie(mob: Mob, world: MobWorld): void {
  if (world.isDay && mob.age % 10 === 0 && !mob.inWater && world.skyLightAt(mob.x, mob.y, mob.z) >= calmLight) {
    mob.fireTicks = Math.max(mob.fireTicks, sunburnTicks);
  }
  reviewTarget(mob, world);
  noticePlayer(mob, world);
  if (mob.target === undefined) idle(mob, world);
  else chase(mob, world, 1, meleeReach(mob, world));
}

/** Hunts in the dark and leaps at its prey; calm by day unless it is struck. */
export function spider(mob: Mob, world: MobWorld): void {
  reviewTarget(mob, world);
  const isCalm = world.skyLightAt(mob.x, mob.y, mob.z) >= calmLight && world.isDay;
  if (!isCalm) noticePlayer(mob, world);
  else if (mob.angerTicks === 0 && world.random.integer(100) === 0) mob.target = undefined;
  if (mob.target === undefined) {
    idle(mob, world);
    return;
  }
  chase(mob, world, 1, spiderSquaredReach);
  leap(mob, world);
}

/** From two to four metres, one tick in five: up and forward. */
function leap(mob: Mob, world: MobWorld): void {
  const dx = world.player.x - mob.x;
  const dz = world.player.z - mob.z;
  const squared = squaredDistance(mob, world.player);
  if (squared < 4 || squared > 16 || !mob.onGround || world.random.integer(5) !== 0) return;
  const distance = Math.sqrt(dx * dx + dz * dz);
  if (distance < 1e-4) return;
  mob.velocityX = (dx / distance) * 0.4 + mob.velocityX * 0.2;
  mob.velocityZ = (dz / distance) * 0.4 + mob.velocityZ * 0.2;
  mob.velocityY = 0.4;
}

/** Strolls in peace until one of the group is struck. */
export function zombiePigman(mob: Mob, world: MobWorld): void {
  if (mob.angerTicks > 0) mob.angerTicks--;
  else mob.target = undefined;
  reviewTarget(mob, world);
  if (mob.angerTicks > 0 && mob.target === undefined) noticePlayer(mob, world);
  if (mob.target === undefined) idle(mob, world);
  else chase(mob, world, pigmanFury, meleeReach(mob, world));
}

/** Strolls until somebody looks it in the eyes or strikes it. */
export function enderman(mob: Mob, world: MobWorld): void {
  if (mob.inWater) {
    world.harmMob(mob, 1, "drowning");
    teleportRandomly(mob, world);
  }
  reviewTarget(mob, world);
  const isStared = isStaredAt(mob, world);
  if (mob.target === undefined) becomeAngry(mob, world, isStared);
  else evadeOrReturn(mob, world, isStared);
  if (mob.target === undefined) idle(mob, world);
  else chase(mob, world, endermanFury, meleeReach(mob, world));
}

function becomeAngry(mob: Mob, world: MobWorld, isStared: boolean): void {
  mob.kindTicks = isStared ? mob.kindTicks + 1 : 0;
  if (mob.kindTicks < stareTicks) return;
  mob.kindTicks = 0;
  if (!world.player.isDead) setTarget(mob, world);
}

function evadeOrReturn(mob: Mob, world: MobWorld, isStared: boolean): void {
  const squared = squaredDistance(mob, world.player);
  if (isStared && squared < stareSquared) teleportRandomly(mob, world);
  const isAbove = Math.abs(mob.y - world.player.y) > 4;
  const isHeldUp = squared > nearSquared && (isAbove || mob.unseenTicks > 0 || mob.limbSwingAmount < 0.2);
  mob.kindTicks = (!isStared && squared > farSquared) || isHeldUp ? mob.kindTicks + 1 : 0;
  if (mob.kindTicks < returnTicks) return;
  mob.kindTicks = 0;
  teleportNear(mob, world);
}

/** What a blow of the player does to a mob's mind. Call it for every fresh hit that the mob survives. */
export function reactToBlow(mob: Mob, world: MobWorld, panicDuration: number): void {
  if (mob.traits.isAnimal) {
    mob.panicTicks = panicDuration;
    mob.goalTicks = 0;
    return;
  }
  if (mob.kind === "zombie_pigman") angerGroup(mob, world);
  mob.angerTicks = Math.max(mob.angerTicks, angerUnit);
  setTarget(mob, world);
  if (mob.kind === "enderman" && world.random.float() < flinchChance) teleportRandomly(mob, world);
}

function angerGroup(struck: Mob, world: MobWorld): void {
  for (const mob of world.mobs) {
    if (mob.kind !== "zombie_pigman" || mob.isDead) continue;
    const near = Math.abs(mob.x - struck.x) < groupRange && Math.abs(mob.z - struck.z) < groupRange;
    if (!near || Math.abs(mob.y - struck.y) > groupHeight) continue;
    mob.angerTicks = angerUnit + world.random.integer(angerUnit);
    setTarget(mob, world);
  }
}
