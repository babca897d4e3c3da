// Finds the episodes below a folder and opens them by their layout.
// Knows the layouts' file names; knows nothing about what is in the files.
import { type Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { CoreInputError, messageOf } from "@dsr/dsr-core/errors";
import { isPartialName } from "../../files/whole-files.js";
import type { Demonstration } from "../demonstration.js";
import type { FrameDecoder } from "./episode-video.js";
import { openMinerlV04 } from "./minerl-v04.js";
import { openVpt } from "./vpt.js";

/** An episode that was found by its file names and not yet opened. */
export interface DemonstrationReference {
  readonly family: "minerl-v0.4" | "vpt";
  /** The episode's folder, or its `.jsonl`. */
  readonly path: string;
}

/** How episodes are delivered. */
export interface OpenOptions {
  /** Height and width of delivered frames, resized as OpenCV does linearly; the stored size unless given. */
  readonly imageSize?: readonly [height: number, width: number] | undefined;
  /** Decodes frames elsewhere, such as in a {@link DecoderPool}; in this process unless given. */
  readonly decoder?: FrameDecoder | undefined;
  /** Largest size of an unpacked rendered.npz, bytes; 1 GiB unless given. */
  readonly maxBytes?: number | undefined;
}

/** Folders below the given one that are looked into. */
const deepest = 4;

/**
 * Lists the episodes below a folder in the order of their paths: folders that hold a `rendered.npz` or a
 * `recording.mp4`, and `.jsonl` files or videos beside others of that kind. Links are not followed.
 * @throws CoreInputError when the folder cannot be read or holds no episode
 */
export async function findDemonstrations(folder: string): Promise<readonly DemonstrationReference[]> {
  const found: DemonstrationReference[] = [];
  await look(folder, 0, found).catch((error: unknown) => {
    throw new CoreInputError(`${folder}: expected a folder that can be read, found: ${messageOf(error)}`, {
      cause: error,
    });
  });
  if (found.length > 0) return found;
  throw new CoreInputError(
    `${folder}: expected folders with recording.mp4 and rendered.npz, or pairs of .mp4 and .jsonl, found neither`,
  );
}

/** Opens one episode and checks all that can be checked without decoding. @throws CoreInputError */
export async function openDemonstration(
  reference: DemonstrationReference,
  options: OpenOptions = {},
): Promise<Demonstration> {
  const open = reference.family === "vpt" ? openVpt : openMinerlV04;
  try {
    return await open(reference.path, options);
  } catch (error) {
    if (error instanceof CoreInputError) throw error;
    throw new CoreInputError(`${reference.path}: expected a sound episode, found: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function look(folder: string, depth: number, found: DemonstrationReference[]): Promise<void> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = new Set(entries.filter((entry) => entry.isFile()).map((entry) => entry.name));
  if (files.has("rendered.npz") || files.has("recording.mp4")) {
    found.push({ family: "minerl-v0.4", path: folder });
    return;
  }
  for (const name of logNames(files)) found.push({ family: "vpt", path: join(folder, `${name}.jsonl`) });
  if (depth === deepest) return;
  for (const entry of entries) if (isOpenFolder(entry)) await look(join(folder, entry.name), depth + 1, found);
}

/** Names of pairs, and of halves where there is a pair's other half missing: opening those says what lacks. */
function logNames(files: ReadonlySet<string>): readonly string[] {
  const logs = [...files].filter((name) => name.endsWith(".jsonl")).map((name) => name.slice(0, -".jsonl".length));
  if (!logs.some((name) => files.has(`${name}.mp4`))) return [];
  const videos = [...files].filter((name) => name.endsWith(".mp4")).map((name) => name.slice(0, -".mp4".length));
  return [...new Set([...logs, ...videos])].sort();
}

/** Folders that are being written have a mark in their names. */
function isOpenFolder(entry: Dirent): boolean {
  return entry.isDirectory() && !isPartialName(entry.name) && !entry.name.startsWith(".");
}
