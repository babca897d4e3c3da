// Reads and checks replies to the curation prompts.
// Knows nothing about servers.
import type { Fault } from "../language/index.js";
import { type ObjectClasses, sceneCategories, type SceneCategory } from "./prompts.js";

function linesOf(reply: string): readonly string[] {
  return reply
    .split(/\r?\n/)
    .map((line) => line.replaceAll(/[*_`"“”]/g, "").trim())
    .filter((line) => line !== "");
}

function yesOrNo(line: string | undefined): boolean | undefined {
  const word = /^(yes|no)\b/i.exec(line ?? "")?.[1]?.toLowerCase();
  return word === undefined ? undefined : word === "yes";
}

function quoted(reply: string): string {
  return `'${reply.slice(0, 40).replaceAll(/\s+/g, " ")}'`;
}

/** Reads "yes" or "no" on the last line (reasons may stand before it). */
export function readMotion(reply: string): { readonly moves: boolean } | Fault {
  const moves = yesOrNo(linesOf(reply).at(-1));
  return moves === undefined ? { fault: `reply: expected yes or no, found ${quoted(reply)}` } : { moves };
}

/** Reads two lines of classes separated by dots; names in small letters, each once, agents before objects. */
export function readClasses(reply: string): ObjectClasses | Fault {
  const lines = linesOf(reply);
  if (lines.length !== 2) return { fault: `reply: expected 2 lines, found ${lines.length}` };
  const [agents = [], objects = []] = lines.map(splitClasses);
  if ([...agents, ...objects].some((name) => name.split(/\s+/).length > 5))
    return { fault: `reply: expected class names, found ${quoted(reply)}` };
  return { agents, objects: objects.filter((name) => !agents.includes(name)) };
}

/** "Red car. cow." as ["red car", "cow"]; "None" as []. */
export function splitClasses(line: string): readonly string[] {
  const names = line
    .replace(/^(?:agents?|objects?)\s*:\s*/i, "")
    .toLowerCase()
    .split(".")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "none" && name !== "nan");
  return [...new Set(names)];
}

/** Reads "yes" or "no", and one of the six categories on the line after it. */
export function readVideoReply(reply: string): { readonly moves: boolean; readonly scene: SceneCategory } | Fault {
  const lines = linesOf(reply);
  const moves = yesOrNo(lines.at(-2));
  const scene = sceneCategories.find((category) => lines.at(-1)?.toLowerCase().includes(category.toLowerCase()));
  if (moves === undefined || scene === undefined)
    return { fault: `reply: expected yes or no and a category on 2 lines, found ${quoted(reply)}` };
  return { moves, scene };
}
