// Which behaviour belongs to which kind, and what all minds share each tick.
// Knows nothing about motion.
import type { MobKind } from "../../world/mob-kinds.js";
import type { Mob } from "../mob.js";
import type { MobWorld } from "../mob-world.js";
import { animal } from "./animals.js";
import { enderman, spider, zombie, zombiePigman } from "./monsters.js";

const minds: Readonly<Record<MobKind, (mob: Mob, world: MobWorld) => void>> = {
  cow: animal,
  sheep: animal,
  pig: animal,
  chicken: animal,
  zombie,
  spider,
  zombie_pigman: zombiePigman,
  enderman,
};

/** One tick of a living mob's mind: sets its wish for {@link Mob.tickMotion}. */
export function think(mob: Mob, world: MobWorld): void {
  mob.wishedSpeed = 0;
  mob.wishesJump = false;
  if (mob.isDead) return;
  if (mob.attackTicks > 0) mob.attackTicks--;
  if (mob.kind === "spider" && mob.angerTicks > 0) mob.angerTicks--;
  minds[mob.kind](mob, world);
}
