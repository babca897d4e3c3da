// The layout of a data folder, its pinned settings, and the records that say which clips are done.
// Knows nothing about how clips are made.
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CoreInputError } from "@dsr/dsr-core/errors";
import { candidateSchema, questionItemSchema } from "@dsr/dsr-core/questions";
import { z } from "zod";
import { firstDifference, type Json } from "../../checkpoints/manifest.js";
import { isPartialName, sweepPartial, writeWholeContent } from "../../files/whole-files.js";

/** Name of the format; see docs/formats/data.md. */
export const dataFormat = "dsr.data";

/** What one clip came to: done with its questions, or skipped with a reason. */
export const clipRecordSchema = z.discriminatedUnion("status", [
  z.strictObject({
    status: z.literal("done"),
    id: z.string(),
    scene: z.string(),
    candidates: z.array(candidateSchema).readonly(),
    items: z.array(questionItemSchema).readonly(),
    notes: z.array(z.string()).readonly(),
  }),
  z.strictObject({ status: z.literal("skipped"), id: z.string(), reason: z.string() }),
]);
export type ClipRecord = z.infer<typeof clipRecordSchema>;

/** Paths inside a data folder. */
export class DataFolder {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  path(...names: readonly string[]): string {
    return join(this.root, ...names);
  }

  videoPath(id: string): string {
    return this.path("videos", `${id}.mp4`);
  }

  cluesPath(id: string): string {
    return this.path("clues", `${id}.json`);
  }

  recordPath(id: string): string {
    return this.path("clips", `${id}.json`);
  }

  /**
   * Prepares a new folder, or checks that an old one was begun with the same settings.
   * @throws CoreInputError when the folder holds something else, or other settings
   */
  async begin(settings: Json, resume: boolean): Promise<void> {
    await mkdir(this.root, { recursive: true });
    const names = (await readdir(this.root)).filter((name) => !isPartialName(name));
    if (names.includes("settings.json")) await this.#checkSettings(settings, resume);
    else if (names.length > 0) {
      throw new CoreInputError(`output folder ${this.root}: expected a new or empty one, found ${names.sort()[0]}`);
    } else await writeWholeContent(this.path("settings.json"), `${JSON.stringify(settings, undefined, 1)}\n`);
    for (const folder of [".", "videos", "clues", "clips"]) await sweepPartial(this.path(folder));
  }

  async #checkSettings(settings: Json, resume: boolean): Promise<void> {
    if (!resume) {
      throw new CoreInputError(
        `output folder ${this.root}: expected a new or empty one, found a run; --resume goes on with it`,
      );
    }
    const there = JSON.parse(await readFile(this.path("settings.json"), "utf8")) as Json;
    const difference = firstDifference(there, settings);
    if (difference !== undefined) {
      throw new CoreInputError(
        `output folder ${this.root}: expected the settings it was begun with, found ${difference}`,
      );
    }
  }

  /** The record of a clip, or undefined when it is not done. */
  async record(id: string): Promise<ClipRecord | undefined> {
    const text = await readFile(this.recordPath(id), "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    const parsed = clipRecordSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  }

  /** Marks a clip as done: the last file of a clip to be written. */
  async writeRecord(record: ClipRecord): Promise<void> {
    await writeWholeContent(this.recordPath(record.id), `${JSON.stringify(record)}\n`);
  }
}
