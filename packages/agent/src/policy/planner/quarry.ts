// What a task's words make the planner look for, and what it does with it.
// Knows nothing about pictures and answers.
import type { TaskInfo } from "@dsr/env-bridge/contract";

/** Whom to go after and how. */
export interface Quarry {
  /** The mob as questions call it, such as "zombie pigman". */
  readonly name: string;
  /** What to do once it is within reach. */
  readonly deed: "attack" | "use";
  /** An item to pick up, as questions and `entities` call it; undefined when killing or using is all. */
  readonly item: string | undefined;
}

/** Longer names first: a zombie pigman is neither a zombie nor a pig. */
const mobs = ["zombie pigman", "enderman", "chicken", "spider", "zombie", "sheep", "cow", "pig"] as const;

const sources: readonly (readonly [item: RegExp, mob: string, item: string])[] = [
  [/porkchop/u, "pig", "porkchop"],
  [/beef/u, "cow", "beef"],
  [/mutton/u, "sheep", "mutton"],
  [/feather/u, "chicken", "feather"],
  [/obtain (?:\d+ )?chicken/u, "chicken", "chicken"],
];

/** The quarry of a task; the prompt's first words when no known mob is named. */
export function quarryOf({ prompt, id }: TaskInfo): Quarry {
  const text = `${prompt} ${id.replaceAll("_", " ")}`.toLowerCase();
  const source = sources.find(([pattern]) => pattern.test(text));
  if (source !== undefined) return { name: source[1], deed: "attack", item: source[2] };
  const deed = /\b(?:milk|bucket|shear|shears|wool)\b/u.test(text) ? "use" : "attack";
  const named = mobs.find((mob) => text.includes(mob));
  const name = named ?? (/wool/u.test(text) ? "sheep" : /milk/u.test(text) ? "cow" : "target");
  return { name, deed, item: undefined };
}
