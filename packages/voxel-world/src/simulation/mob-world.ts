// What a behaviour may see and do. The simulation implements it; behaviours know nothing else of the world.
import type { Random } from "@dsr/env-bridge/contract";
import type { VoxelGrid } from "../world/voxel-grid.js";
import type { Mob } from "./mob.js";
import type { Player } from "./player.js";

/** The world as minds see it. */
export interface MobWorld {
  readonly grid: VoxelGrid;
  readonly player: Player;
  readonly mobs: readonly Mob[];
  readonly random: Random;
  /** Whether the sun is up in a dimension that has one. */
  readonly isDay: boolean;
  /** Light from the sky at a position, 0 to 15, darkened by the time of day. */
  skyLightAt(x: number, y: number, z: number): number;
  /** The feet height at which a body can stand in a column, nearest to `nearY`. */
  standableY(x: number, z: number, nearY: number): number | undefined;
  /** A mob's blow against the player. */
  strikePlayer(attacker: Mob): void;
  /** Damage to a mob that nobody deals: fire, water. */
  harmMob(mob: Mob, amount: number, kind: "fire" | "drowning"): void;
  /** Lets an item fall at a mob's place. */
  dropItem(item: string, quantity: number, from: Mob): void;
}
