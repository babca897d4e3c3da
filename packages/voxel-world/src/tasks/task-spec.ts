// What a task is, in MineDojo's terms.
// Knows nothing about worlds; the environment carries a specification out.
import type { MobKind } from "../world/mob-kinds.js";
import type { BiomeName } from "../world/scene.js";

/** Where an item of the start lies: a worn piece, a hand, or an inventory slot by number. */
export type StartSlot = "mainhand" | "offhand" | "feet" | "legs" | "chest" | "head" | number;

/** An item that the player starts with. */
export interface StartItem {
  readonly slot: StartSlot;
  readonly name: string;
  readonly quantity: number;
}

/** A programmatic task. Fields that MineDojo leaves open are undefined. */
export interface TaskSpec {
  readonly id: string;
  /** Combat counts kills of `target`, harvest counts items of that name. */
  readonly category: "combat" | "harvest";
  /** MineDojo's prompt as its task file has it, and as the agent is told it. */
  readonly prompt: string;
  readonly effectivePrompt: string;
  readonly target: string;
  readonly quantity: number;
  readonly rewardWeight: number;
  readonly biome?: BiomeName | undefined;
  readonly initialInventory: readonly StartItem[];
  readonly initialMob?: MobKind | undefined;
  /** Initial mobs appear within this many metres of the player along both horizontal axes. */
  readonly spawnRange?: number | undefined;
  readonly startAtNight?: boolean | undefined;
  readonly alwaysNight?: boolean | undefined;
  /** Whether animals live around the player by themselves. */
  readonly allowMobSpawn?: boolean | undefined;
}

/** The prompt that an agent is told: words instead of underscored names, and no count of one. */
export function effectivePrompt(prompt: string): string {
  return prompt.replaceAll("_", " ").replace("obtain 1 ", "obtain ");
}
