// What the renderer is shown: blocks, bodies, time and a camera. The simulation fills it; the renderer only reads.
import type { MobKind } from "./mob-kinds.js";
import type { VoxelGrid } from "./voxel-grid.js";

/** A mob or a dropped item, posed for one picture. Angles in degrees by Minecraft's convention (0 looks to +z, positive turns right). */
export interface Body {
  /** Instance id, at least 1; appears in `segmentation`. */
  readonly id: number;
  readonly kind: MobKind | "item";
  /** For `item`: the item's name, such as "porkchop". */
  readonly item?: string | undefined;
  /** Feet centre, metres, y up. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly bodyYaw: number;
  readonly headYaw: number;
  readonly headPitch: number;
  /** Phase of the walk cycle (grows with distance walked) and its strength in [0, 1]. */
  readonly limbSwing: number;
  readonly limbSwingAmount: number;
  /** Game ticks since it appeared: idle motion such as wing flaps and item bobbing. */
  readonly age: number;
  /** Ticks left of the red flash after a hit; 0 when none. */
  readonly hurtTicks: number;
  /** Ticks since death, 0 while alive; bodies fall over within 20. */
  readonly deathTicks: number;
  /** A sheep without its wool. */
  readonly sheared: boolean;
  /** Raised arms: a zombie or enderman that attacks. */
  readonly aggressive: boolean;
}

export interface Camera {
  /** Eye position, metres. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly yaw: number;
  /** Positive looks down. */
  readonly pitch: number;
  /** Vertical field of view in degrees (Minecraft's default is 70). */
  readonly verticalFov: number;
}

/** Names follow Minecraft's; `dimension` decides sky and light. */
export const biomeNames = [
  "plains",
  "forest",
  "extreme_hills",
  "desert",
  "ice_plains",
  "taiga",
  "jungle",
  "swampland",
  "nether",
  "the_end",
] as const;
export type BiomeName = (typeof biomeNames)[number];
export type Dimension = "overworld" | "nether" | "the_end";

export function dimensionOf(biome: BiomeName): Dimension {
  return biome === "nether" || biome === "the_end" ? biome : "overworld";
}

export interface Scene {
  readonly grid: VoxelGrid;
  readonly biome: BiomeName;
  readonly bodies: readonly Body[];
  /** Ticks in [0, 24000): 0 sunrise, 6000 noon, 12000 sunset, 18000 midnight. */
  readonly timeOfDay: number;
}
