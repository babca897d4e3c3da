// What a task makes the expert do: whom to hunt, which tool to use on it, what to gather and what to cook.
// Knows nothing about the state of the world.
import { minedojoCraftItemNames } from "@dsr/env-bridge/contract";
import type { TaskSpec } from "../tasks/index.js";

/** What to do in an episode, whatever the world looks like. */
export interface Purpose {
  /** Mob kind to go after. */
  readonly quarry: string;
  /** Tool to use on the quarry instead of killing it. */
  readonly tool?: "bucket" | "shears";
  /** Item to pick up, with underscores; undefined for combat. */
  readonly gather?: string;
  /** How many of it. */
  readonly quantity: number;
  /** Index of the craft action that turns what was gathered into the target. */
  readonly cookIndex?: number;
  /** Whether killing the quarry gives the item; eggs come by waiting. */
  readonly isKill: boolean;
}

const quarries: readonly (readonly [RegExp, string])[] = [
  [/beef|milk/, "cow"],
  [/mutton|wool/, "sheep"],
  [/porkchop/, "pig"],
  [/chicken|egg|feather/, "chicken"],
];

/** The purpose of a task. */
export function purposeOf(task: TaskSpec): Purpose {
  if (task.category === "combat") return { quarry: task.target, quantity: task.quantity, isKill: true };
  const quarry = quarries.find(([pattern]) => pattern.test(task.target))?.[1] ?? "cow";
  const held = task.initialInventory.find(({ slot }) => slot === "mainhand")?.name;
  const base = { quarry, quantity: task.quantity };
  if (task.target === "milk_bucket") return { ...base, tool: "bucket", isKill: false };
  if (held === "shears") return { ...base, tool: "shears", gather: "wool", isKill: false };
  if (!task.target.startsWith("cooked_")) return { ...base, gather: task.target, isKill: task.target !== "egg" };
  const raw = task.target.slice("cooked_".length);
  return { ...base, gather: raw, cookIndex: minedojoCraftItemNames.indexOf(task.target), isKill: true };
}
