// What the player's hands do in a tick: attack, use, drop, craft, equip, place, destroy.
// Knows nothing about walking, tasks or rewards.
import { type MinedojoAction, minedojoCraftItemNames } from "@dsr/env-bridge/contract";
import { cos, degreesToRadians, sin } from "../math/trigonometry.js";
import { blockId } from "../world/blocks.js";
import { isFree } from "./collisions.js";
import { attackDamage, attackStrength, entityReach, knockBack, sprintKnockback } from "./combat.js";
import { craft } from "./crafting.js";
import { throwDelay } from "./dropped-item.js";
import { itemKind } from "./item-kinds.js";
import type { Mob } from "./mob.js";
import { overlaps } from "./physical-body.js";
import { distanceToBox, firstSolid } from "./rays.js";
import type { Simulation } from "./simulation.js";

/** Metres from the eye within which blocks are placed. */
const blockReach = 4.5;
/** Ticks between two acts of a held `use`. */
const useInterval = 4;
const sweepSquaredRange = 9;

/** The living mob that the player's look meets within reach and before any block. */
export function mobInSight(world: Simulation): Mob | undefined {
  const { player } = world;
  const eye = player.eye();
  const look = player.look();
  let nearest = entityReach;
  let found: Mob | undefined;
  for (const mob of world.mobs) {
    const distance = mob.isDead ? Infinity : distanceToBox(eye, look, mob);
    if (distance > nearest) continue;
    nearest = distance;
    found = mob;
  }
  return found !== undefined && firstSolid(world.grid, eye, look, nearest) === undefined ? found : undefined;
}

/** Carries out the functional part of an action. Returns a note when it could not be done. */
export function useHands(world: Simulation, action: MinedojoAction): string | undefined {
  if (action.function !== "use") world.player.shieldTicks = 0;
  switch (action.function) {
    case "none":
      return undefined;
    case "attack":
      return attack(world);
    case "use":
      return use(world);
    case "drop":
      return drop(world);
    case "craft":
      return craftItem(world, action.craftItem);
    case "equip":
      world.player.inventory.equip(action.slot);
      return undefined;
    case "place":
      return place(world, action.slot);
    case "destroy":
      world.player.inventory.slots[action.slot] = undefined;
      return undefined;
  }
}

/** One swing: every attack, also a miss, starts the cooldown anew. */
function attack(world: Simulation): undefined {
  const { player } = world;
  const weapon = itemKind(player.inventory.mainHand?.name ?? "air");
  const strength = attackStrength(player.sinceSwing, weapon.attackSpeed);
  const target = mobInSight(world);
  player.sinceSwing = 0;
  if (target === undefined) return;
  const isStrong = strength > 0.9;
  const isCritical = isStrong && player.fallDistance > 0 && !player.onGround && !player.inWater && !player.isSprinting;
  const isSprintHit = isStrong && player.isSprinting;
  const walked = player.limbSwingAmount < 0.9;
  const damage = attackDamage(weapon.attackDamage, strength, isCritical);
  if (!world.strikeMob(target, damage)) return;
  if (isSprintHit) pushOn(world, target);
  if (isStrong && !isCritical && !isSprintHit && player.onGround && weapon.isSword && walked) sweep(world, target);
  player.inventory.wearMainHand(weapon.isSword ? 1 : 2);
}

/** A sprinting hit throws the target farther and ends the sprint. */
function pushOn(world: Simulation, target: Mob): void {
  const { player } = world;
  const yaw = player.yaw * degreesToRadians;
  knockBack(target, sprintKnockback, -sin(yaw), cos(yaw));
  player.velocityX *= 0.6;
  player.velocityZ *= 0.6;
  player.isSprinting = false;
}

/** A standing sword hit also touches what stands beside the target. */
function sweep(world: Simulation, target: Mob): void {
  for (const mob of world.mobs) {
    if (mob === target || mob.isDead || !overlaps(mob, target, 1, 0.25)) continue;
    const dx = mob.x - world.player.x;
    const dz = mob.z - world.player.z;
    if (dx * dx + dz * dz < sweepSquaredRange) world.strikeMob(mob, 1);
  }
}

/** Uses the main hand on what is looked at; with nothing to use there, raises the shield. */
function use(world: Simulation): undefined {
  const { player } = world;
  if (player.useDelay === 0 && useOnMob(world)) {
    player.useDelay = useInterval;
    player.shieldTicks = 0;
  } else if (player.inventory.offHand?.name === "shield") {
    player.shieldTicks++;
  }
}

function useOnMob(world: Simulation): boolean {
  const tool = world.player.inventory.mainHand?.name;
  if (tool !== "bucket" && tool !== "shears") return false;
  const mob = mobInSight(world);
  if (tool === "bucket" && mob?.kind === "cow") return milk(world);
  if (tool === "shears" && mob?.kind === "sheep" && !mob.sheared) return shear(world, mob);
  return false;
}

function milk(world: Simulation): boolean {
  const { inventory } = world.player;
  inventory.takeFrom(0, 1);
  if (inventory.mainHand === undefined) inventory.slots[0] = { name: "milk_bucket", quantity: 1, wear: 0 };
  else if (inventory.add("milk_bucket", 1) > 0) world.throwItem("milk_bucket", 1);
  return true;
}

/** One to three pieces of wool, each tossed on its own. */
function shear(world: Simulation, sheep: Mob): boolean {
  sheep.sheared = true;
  const pieces = 1 + world.random.integer(3);
  for (let piece = 0; piece < pieces; piece++) world.dropItem("wool", 1, sheep, 1);
  world.player.inventory.wearMainHand(1);
  return true;
}

function drop(world: Simulation): string | undefined {
  const { inventory } = world.player;
  const stack = inventory.mainHand;
  if (stack === undefined) return "drop: expected an item in the main hand, found none";
  inventory.takeFrom(0, 1);
  world.throwItem(stack.name, 1, throwDelay);
  return undefined;
}

function craftItem(world: Simulation, index: number): string | undefined {
  const item = minedojoCraftItemNames[index] ?? "air";
  return craft(world.player.inventory, item, world.workplace(), world.furnaceFire);
}

/** Puts a slot's block against the block that is looked at. */
function place(world: Simulation, slot: number): string | undefined {
  const { player, grid } = world;
  const stack = player.inventory.slots[slot];
  if (stack === undefined) return undefined;
  const { block } = itemKind(stack.name);
  if (block === undefined) return `place ${stack.name}: expected an item that places a block`;
  const hit = firstSolid(grid, player.eye(), player.look(), blockReach);
  if (hit === undefined) return `place ${stack.name}: expected a block within ${blockReach} m in view, found none`;
  const { beforeX: x, beforeY: y, beforeZ: z } = hit;
  if (!isRoomForBlock(world, x, y, z)) return `place ${stack.name}: expected free room, found a body`;
  grid.set(x, y, z, blockId(block));
  if (block === "furnace" || block === "crafting_table") world.placedTools.push({ block, x, y, z });
  player.inventory.takeFrom(slot, 1);
  return undefined;
}

function isRoomForBlock(world: Simulation, x: number, y: number, z: number): boolean {
  if (!world.grid.isInside(x, y, z) || !isFree(world.grid, x + 0.5, y, z + 0.5, 0.5, 1)) return false;
  const meets = (body: { x: number; y: number; z: number; halfWidth: number; height: number }): boolean =>
    Math.abs(body.x - x - 0.5) < body.halfWidth + 0.5 &&
    Math.abs(body.z - z - 0.5) < body.halfWidth + 0.5 &&
    body.y < y + 1 &&
    y < body.y + body.height;
  return !meets(world.player) && !world.mobs.some(meets);
}
