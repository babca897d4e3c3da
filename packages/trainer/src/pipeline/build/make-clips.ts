// Makes clip after clip: video, clues, questions, record; passes over what is done.
// Knows nothing about sources and generators beyond their seams.
import { formatClues } from "@dsr/dsr-core/geometry";
import { CoreError, messageOf } from "@dsr/dsr-core/errors";
import { createRandom, type Seed } from "@dsr/env-bridge";
import { type ClueSource, isSkipped } from "../clue-source.js";
import type { Generator } from "../generate/generator.js";
import type { ClipRecord, DataFolder } from "./data-folder.js";
import { writeWhole, writeWholeContent } from "../../files/whole-files.js";

/** What is made of which clips. */
export interface MakeClipsOptions {
  readonly folder: DataFolder;
  readonly source: ClueSource;
  readonly generators: readonly Generator[];
  readonly videos: number;
  readonly seed: Seed;
  /** Called after every clip. */
  readonly onClip?: (record: ClipRecord, done: number, isNew: boolean) => void;
  readonly signal?: AbortSignal;
}

/** Codes of what would spoil every clip after this one as well. */
const fatalCodes: ReadonlySet<string> = new Set(["ENOSPC", "EROFS", "EDQUOT", "EACCES", "EMFILE"]);

/** Records of all clips, in order. @throws CoreError when the disk fails; whatever is wrong with one clip is its reason */
export async function makeClips(options: MakeClipsOptions): Promise<readonly ClipRecord[]> {
  const { folder, source, videos, onClip, signal } = options;
  const records: ClipRecord[] = [];
  for (let index = 0; index < videos; index++) {
    signal?.throwIfAborted();
    const done = await folder.record(source.idOf(index));
    const record = done ?? (await makeClip(index, options));
    if (done === undefined) await guardDisk(folder, () => folder.writeRecord(record));
    records.push(record);
    onClip?.(record, records.length, done === undefined);
  }
  return records;
}

async function makeClip(index: number, options: MakeClipsOptions): Promise<ClipRecord> {
  const { source, folder } = options;
  try {
    return await guardDisk(folder, () => tryClip(index, options));
  } catch (error) {
    if (error instanceof CoreError && error.details["disk"] === true) throw error;
    return { status: "skipped", id: source.idOf(index), reason: messageOf(error).replaceAll(/\s*\n\s*/g, " ") };
  }
}

async function tryClip(
  index: number,
  { source, folder, generators, seed, signal }: MakeClipsOptions,
): Promise<ClipRecord> {
  const clip = await source.clip(index);
  if (isSkipped(clip)) return { status: "skipped", ...clip };
  const random = createRandom(seed, "questions", clip.id);
  const made = [];
  for (const generator of generators) {
    made.push(await generator.generate(clip.clues, { random, ...(signal === undefined ? {} : { signal }) }));
  }
  const candidates = made.flatMap((one) => one.candidates);
  const items = made.flatMap((one) => one.items);
  const notes = made.flatMap((one) => one.notes);
  if (candidates.length + items.length === 0) {
    return { status: "skipped", id: clip.id, reason: notes[0] ?? "expected questions, found none" };
  }
  await writeWhole(folder.videoPath(clip.id), (path) => clip.writeVideo(path));
  await writeWholeContent(folder.cluesPath(clip.id), formatClues(clip.clues));
  return { status: "done", id: clip.id, scene: clip.scene, candidates, items, notes };
}

/** Turns a failing disk into an error that ends the run, and can be resumed from. */
async function guardDisk<T>({ root }: DataFolder, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (!fatalCodes.has(code)) throw error;
    throw new CoreError(
      `data folder ${root}: expected to write, found ${messageOf(error)}; --resume goes on from here`,
      {
        cause: error,
        retriable: true,
        details: { disk: true },
      },
    );
  }
}
