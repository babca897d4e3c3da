// The privileged list of what moves near the player: mobs, and dropped items as `item:<name>`.
// Knows nothing about pictures.
import type { SpaceValue } from "@dsr/env-bridge/contract";
import type { DroppedItem } from "../simulation/dropped-item.js";
import type { Mob } from "../simulation/mob.js";
import { canSee } from "../simulation/rays.js";
import type { Simulation } from "../simulation/simulation.js";
import { flag, scalar, vector } from "./scalars.js";

/** The most entities in one observation, as `entitiesSpace` says. */
const most = 256;

/** `entities`: living and dying mobs first, then items. */
export function entities(world: Simulation): readonly SpaceValue[] {
  const list: SpaceValue[] = world.mobs.map((mob) => mobEntity(mob, world));
  for (const item of world.items) list.push(itemEntity(item, world));
  return list.slice(0, most);
}

function mobEntity(mob: Mob, world: Simulation): SpaceValue {
  return {
    id: mob.id,
    kind: mob.kind,
    position: vector(mob.x, mob.y, mob.z),
    velocity: vector(mob.velocityX, mob.velocityY, mob.velocityZ),
    yaw: scalar(mob.bodyYaw),
    size: vector(mob.width, mob.height),
    health: scalar(mob.health),
    dead: flag(mob.isDead),
    visible: flag(canSee(world.grid, world.player.eye(), { x: mob.x, y: mob.eyeY, z: mob.z })),
  };
}

function itemEntity(item: DroppedItem, world: Simulation): SpaceValue {
  return {
    id: item.id,
    kind: `item:${item.item}`,
    position: vector(item.x, item.y, item.z),
    velocity: vector(item.velocityX, item.velocityY, item.velocityZ),
    yaw: scalar(0),
    size: vector(item.width, item.height),
    health: scalar(0),
    dead: 0,
    visible: flag(canSee(world.grid, world.player.eye(), { x: item.x, y: item.y + 0.2, z: item.z })),
  };
}
