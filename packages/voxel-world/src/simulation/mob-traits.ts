// Numbers of the eight mobs by Minecraft 1.11 on normal difficulty.
// Knows nothing about what the mobs do with them.
import type { MobKind } from "../world/mob-kinds.js";

/** Health in half hearts, lengths in metres, speed as Minecraft's attribute. */
export interface MobTraits {
  /** Half hearts. */
  readonly health: number;
  /** Movement speed attribute. */
  readonly speed: number;
  /** Speed factor while it flees from a hit. */
  readonly panicFactor: number;
  /** Half hearts a hit, with the weapon it carries. */
  readonly damage: number;
  readonly armour: number;
  /** Metres within which it notices a target. */
  readonly followRange: number;
  readonly eyeHeight: number;
  readonly stepHeight: number;
  readonly fireproof: boolean;
  readonly isAnimal: boolean;
  /** Falls without harm. */
  readonly flutters: boolean;
}

const animal: MobTraits = {
  health: 10,
  speed: 0.2,
  panicFactor: 2,
  damage: 0,
  armour: 0,
  followRange: 16,
  eyeHeight: 1.3,
  stepHeight: 0.6,
  fireproof: false,
  isAnimal: true,
  flutters: false,
};
const monster: MobTraits = {
  ...animal,
  health: 20,
  speed: 0.23,
  panicFactor: 1,
  damage: 3,
  armour: 2,
  followRange: 35,
  eyeHeight: 1.74,
  isAnimal: false,
};

/** Traits by kind (Minecraft 1.11, normal difficulty). */
export const mobTraits: Readonly<Record<MobKind, MobTraits>> = {
  cow: animal,
  sheep: { ...animal, health: 8, speed: 0.23, panicFactor: 1.25, eyeHeight: 1.235 },
  pig: { ...animal, speed: 0.25, panicFactor: 1.25, eyeHeight: 0.765 },
  chicken: { ...animal, health: 4, speed: 0.25, panicFactor: 1.4, eyeHeight: 0.644, flutters: true },
  zombie: monster,
  spider: { ...monster, health: 16, speed: 0.3, damage: 2, armour: 0, followRange: 16, eyeHeight: 0.65 },
  zombie_pigman: { ...monster, damage: 9, fireproof: true },
  enderman: {
    ...monster,
    health: 40,
    speed: 0.3,
    damage: 7,
    armour: 0,
    followRange: 64,
    eyeHeight: 2.55,
    stepHeight: 1,
  },
};
