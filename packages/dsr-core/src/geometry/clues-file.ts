// Clues as JSON text: written in one fixed order, read with checks beyond the schema.
// Knows nothing about folders.
import { CoreInputError } from "../errors.js";
import { jsonOf } from "../json-text.js";
import { type Clues, cluesSchema } from "./clues.js";
import { rotationError, rotationOf } from "./transform.js";

/** Rotations of float32 matrices and of estimated poses are true to about this much. */
const rotationTolerance = 0.02;

/** The text of a clues file; equal clues give equal text. */
export function formatClues(clues: Clues): string {
  return `${JSON.stringify(cluesSchema.parse(clues))}\n`;
}

/**
 * Reads a clues file's text.
 * @throws CoreInputError naming `where`, and what was expected and found at which key
 */
export function parseClues(text: string, where: string): Clues {
  const parsed = cluesSchema.safeParse(jsonOf(text, where));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new CoreInputError(
      `${where}: expected 4D clues (dsr.clues 1), found at ${path(issue?.path)}: ${issue?.message}`,
    );
  }
  const fault = faultOf(parsed.data);
  if (fault !== undefined) throw new CoreInputError(`${where}: ${fault}`);
  return parsed.data;
}

/** What the schema cannot say: lengths that agree, times that rise, true rotations, ids that differ. */
function faultOf(clues: Clues): string | undefined {
  const ids = new Set<string>();
  for (const { id, sightings } of clues.objects) {
    if (ids.has(id)) return `object ${id}: expected each id once, found it twice`;
    ids.add(id);
    if (sightings.length !== clues.frames.length)
      return `object ${id}: expected ${clues.frames.length} sightings, found ${sightings.length}`;
  }
  for (const [i, { timestamp, pose }] of clues.frames.entries()) {
    const before = clues.frames[i - 1]?.timestamp ?? -1;
    if (timestamp <= before) return `frame ${i}: expected a time after ${before} s, found ${timestamp} s`;
    const error = rotationError(rotationOf(pose));
    if (error > rotationTolerance)
      return `frame ${i}: expected a rigid pose, found one that is off by ${error.toFixed(3)}`;
  }
  return undefined;
}

function path(keys: readonly PropertyKey[] | undefined): string {
  return keys === undefined || keys.length === 0 ? "the top" : keys.map(String).join(".");
}
