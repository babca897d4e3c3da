// The records of one stage on disk, one file an item, and the settings that the stage was begun with.
// Knows nothing about what the stage does.
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CoreInputError } from "@dsr/dsr-core/errors";
import { z } from "zod";
import { firstDifference, type Json } from "../../checkpoints/manifest.js";
import { sweepPartial, writeWholeContent } from "../../files/whole-files.js";

/** One item's record. `failed` is what may succeed when it is tried again. */
export type StageRecord<T> =
  | { readonly status: "done"; readonly id: string; readonly result: T }
  | { readonly status: "dropped" | "failed"; readonly id: string; readonly reason: string };

/** Writes a whole file; replaced in tests that need a full disk. */
export type FileWriter = (path: string, content: string) => Promise<void>;

/** Names of the stages, in order. */
export const stageNames = ["curate", "extract", "generate"] as const;
export type StageName = (typeof stageNames)[number];

/** One stage's part of a data folder: `stages/<name>/<id>.json` and `stages/<name>.json`. */
export class StageFolder<T> {
  readonly root: string;
  readonly name: StageName;
  readonly #schema: z.ZodType<StageRecord<T>>;
  readonly #write: FileWriter;

  constructor(
    root: string,
    name: StageName,
    options: { readonly result: z.ZodType<T>; readonly write?: FileWriter | undefined },
  ) {
    this.root = root;
    this.name = name;
    this.#write = options.write ?? writeWholeContent;
    this.#schema = z.union([
      z.strictObject({ status: z.literal("done"), id: z.string(), result: options.result }),
      z.strictObject({ status: z.enum(["dropped", "failed"]), id: z.string(), reason: z.string() }),
    ]) as unknown as z.ZodType<StageRecord<T>>;
  }

  #recordPath(id: string): string {
    return join(this.root, "stages", this.name, `${id}.json`);
  }

  /**
   * Begins the stage, or checks that it was begun with the same settings.
   * @throws CoreInputError when it was begun before and `resume` is not set, or with other settings
   */
  async begin(settings: Json, resume: boolean): Promise<void> {
    const path = join(this.root, "stages", `${this.name}.json`);
    const there = await readText(path);
    await mkdir(join(this.root, "stages", this.name), { recursive: true });
    await sweepPartial(join(this.root, "stages", this.name));
    await sweepPartial(join(this.root, "stages"));
    if (there === undefined) return this.#write(path, `${JSON.stringify(settings, undefined, 1)}\n`);
    if (!resume)
      throw new CoreInputError(
        `${this.name} in ${this.root}: expected a folder where it was not begun, found a run; --resume goes on with it`,
      );
    const difference = firstDifference(JSON.parse(there) as Json, settings);
    if (difference !== undefined)
      throw new CoreInputError(
        `${this.name} in ${this.root}: expected the settings it was begun with, found ${difference}`,
      );
  }

  /** An item's record; undefined when there is none, or one that a stop of the machine cut short. */
  async read(id: string): Promise<StageRecord<T> | undefined> {
    const text = await readText(this.#recordPath(id));
    try {
      const parsed = this.#schema.safeParse(JSON.parse(text ?? "null"));
      return parsed.success ? parsed.data : undefined;
    } catch {
      return undefined;
    }
  }

  async write(record: StageRecord<T>): Promise<void> {
    await this.#write(this.#recordPath(record.id), `${JSON.stringify(record)}\n`);
  }

  /** Records of these items, in order. @throws CoreInputError when the stage was not begun or some are missing */
  async readAll(ids: readonly string[]): Promise<readonly StageRecord<T>[]> {
    const records: StageRecord<T>[] = [];
    for (const id of ids) {
      const record = await this.read(id);
      if (record === undefined)
        throw new CoreInputError(`${this.root}: expected ${this.name} to have finished, found no record of '${id}'`);
      records.push(record);
    }
    return records;
  }
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}
