// Minecraft 1.11's combat arithmetic: cooldown, critical hits, armour and knock-back, as pure functions.
// Knows nothing about whose turn it is.
import type { PhysicalBody } from "./physical-body.js";

/** Metres from the eye to the target's box in survival mode. */
export const entityReach = 3;
/** Ticks during which a hurt body takes only what exceeds the last hit (the first half of 20). */
export const invulnerabilityTicks = 20;
/** Invulnerability up to which a new hit counts in full, ticks. */
export const halfInvulnerability = 10;
/** Ticks of the red flash. */
export const hurtFlashTicks = 10;
/** Ticks between death and disappearance. */
export const deathTicks = 20;
/** Sideways velocity of an ordinary hit, metres a tick. */
export const hitKnockback = 0.4;
/** What a sprinting hit adds. */
export const sprintKnockback = 0.5;

/** Ticks for an attack to regain full strength. */
export function cooldownTicks(attackSpeed: number): number {
  return 20 / attackSpeed;
}

/** Strength in [0, 1] of an attack that comes `ticks` after the last one. */
export function attackStrength(ticks: number, attackSpeed: number): number {
  return Math.min(1, Math.max(0, (ticks + 0.5) / cooldownTicks(attackSpeed)));
}

/** Damage of a hit in half hearts: full · (0.2 + 0.8 · strength²), half as much again for a critical hit. */
export function attackDamage(full: number, strength: number, critical: boolean): number {
  return full * (0.2 + 0.8 * strength * strength) * (critical ? 1.5 : 1);
}

/** Damage left behind armour (points 0 to 20, toughness 0 to 8). */
export function damageAfterArmour(damage: number, points: number, toughness: number): number {
  const protection = Math.min(20, Math.max(points / 5, points - damage / (2 + toughness / 4)));
  return damage * (1 - protection / 25);
}

/** Damage of a fall from a height in metres: whole half hearts beyond three metres. */
export function fallDamage(metres: number): number {
  return Math.max(0, Math.ceil(metres - 3));
}

/** Throws a body back: away along (awayX, awayZ) with `strength`, and up when it stands. */
export function knockBack(body: PhysicalBody, strength: number, awayX: number, awayZ: number): void {
  const length = Math.sqrt(awayX * awayX + awayZ * awayZ);
  if (length < 1e-6) return;
  body.velocityX = body.velocityX / 2 + (awayX / length) * strength;
  body.velocityZ = body.velocityZ / 2 + (awayZ / length) * strength;
  if (body.onGround) body.velocityY = Math.min(0.4, body.velocityY / 2 + strength);
}
