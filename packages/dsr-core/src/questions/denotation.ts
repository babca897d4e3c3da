// How a question calls its objects: by class and bounding box at a time (section 7.3 of the paper).
// Knows nothing about what is asked.
import { CoreError } from "../errors.js";
import type { Box } from "../geometry/mask.js";
import { type Clues, seenAt } from "../geometry/clues.js";
import { objectOf, type Target } from "./plan.js";
import type { Dialect } from "./question-types.js";

/** Which frame a box belongs to: the view's, the interval's first, or the last one that a model sees. */
export type BoxRole = "at" | "initial" | "final";

const roleWords: Readonly<Record<BoxRole, string>> = {
  at: "bounding box coordinates",
  initial: "initial bounding box coordinates",
  final: "final bounding box coordinates",
};

/** "[1, 2, 3, 4]"; the released code leaves the spaces out. */
export function wordBox(box: Box, dialect: Dialect): string {
  return `[${box.join(dialect === "paper" ? ", " : ",")}]`;
}

/** "cow with initial bounding box coordinates [1, 2, 3, 4]", or "camera". @throws CoreError when it is not seen there */
export function denote(
  clues: Clues,
  target: Target,
  { frame, role, dialect }: { readonly frame: number; readonly role: BoxRole; readonly dialect: Dialect },
): string {
  if (target === "camera") return "camera";
  const object = objectOf(clues, target);
  const box = object === undefined ? undefined : seenAt(object, frame)?.box;
  if (object === undefined || box === undefined || box === null) {
    throw new CoreError(`question about ${target.object}: expected it in sight in frame ${frame}, found it hidden`);
  }
  return `${object.class} with ${roleWords[role]} ${wordBox(box, dialect)}`;
}

const denotation = /([\p{L}\p{N} _:'-]+?) with (?:(initial|final) )?bounding box coordinates \[([\d., ]+)\]/gu;

/** Class and box of every object that a text names, in order; for readers of other people's questions. */
export function readDenotations(text: string): readonly { readonly role: BoxRole; readonly box: Box }[] {
  return [...text.matchAll(denotation)].flatMap((match) => {
    const [a, b, c, d] = (match[3] ?? "").split(",").map(Number);
    if (a === undefined || b === undefined || c === undefined || d === undefined) return [];
    const role = match[2] === "initial" || match[2] === "final" ? match[2] : "at";
    return [{ role, box: [a, b, c, d] as const }];
  });
}
