// episodes.jsonl: one line an episode, appended as they end. Survives a kill at any time.
// Knows nothing about how episodes are played.
import { type FileHandle, open, readFile, truncate } from "node:fs/promises";
import { InputError } from "@dsr/env-bridge/contract";
import { z } from "zod";
import { episodeEnds } from "../loop/events.js";
import { jobKey } from "./jobs.js";

const milliseconds = z.number().nonnegative().nullable();

/** One line of episodes.jsonl. Times are the only part that differs when the same episode is played again. */
export const episodeRecordSchema = z.object({
  policy: z.string(),
  task: z.string(),
  seed: z.string(),
  episode: z.number().int().nonnegative(),
  /** What the environment was seeded with. */
  episodeSeed: z.string(),
  /** `infrastructure`: the environment, a worker or a connection failed every time; no result of the agent. */
  outcome: z.enum(["finished", "infrastructure"]),
  success: z.boolean(),
  steps: z.number().int().nonnegative(),
  return: z.number().nullable(),
  end: z.enum(episodeEnds).nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** A video of the episode, relative to the run's folder. */
  clip: z.string().nullable(),
  /** Times it was tried. */
  attempts: z.number().int().positive(),
  times: z.object({
    finishedAt: z.string(),
    wallMs: milliseconds,
    decisionP50Ms: milliseconds,
    decisionP99Ms: milliseconds,
  }),
});
/** One played or lost episode. */
export type EpisodeRecord = z.infer<typeof episodeRecordSchema>;

/** Records by episode, the newest of each. */
export type RecordsByKey = ReadonlyMap<string, EpisodeRecord>;

/** The records in a file and where its last whole line ends. */
interface ParsedRecords {
  readonly records: Map<string, EpisodeRecord>;
  readonly wholeBytes: number;
}

/**
 * Reads episodes.jsonl; a file that does not exist has no records. A last line without its newline was being written
 * when the process was killed and is left out.
 * @throws InputError naming the line that is no record
 */
export async function readRecords(path: string): Promise<RecordsByKey> {
  return parseRecords(await readOptional(path), path).records;
}

function parseRecords(content: Buffer, path: string): ParsedRecords {
  const wholeBytes = content.lastIndexOf(0x0a) + 1;
  const records = new Map<string, EpisodeRecord>();
  const lines = content.subarray(0, wholeBytes).toString("utf8").split("\n").slice(0, -1);
  lines.forEach((line, i) => {
    const record = parseRecord(line, `${path}:${i + 1}`);
    records.set(jobKey(record), record);
  });
  return { records, wholeBytes };
}

function parseRecord(line: string, where: string): EpisodeRecord {
  const parsed = episodeRecordSchema.safeParse(parseJson(line));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError(`${where}: expected an episode record, found ${issue?.path.join(".")}: ${issue?.message}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readOptional(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}

/** Appends records, each with one write and a flush to disk, in the order of the calls. */
export class RecordLog {
  readonly #file: FileHandle;
  readonly #records: Map<string, EpisodeRecord>;
  #tail: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, records: Map<string, EpisodeRecord>) {
    this.#file = file;
    this.#records = records;
  }

  /** Opens the file, reads what is there, and cuts off a torn last line. */
  static async open(path: string): Promise<RecordLog> {
    const content = await readOptional(path);
    const { records, wholeBytes } = parseRecords(content, path);
    if (wholeBytes < content.byteLength) await truncate(path, wholeBytes);
    return new RecordLog(await open(path, "a"), records);
  }

  get records(): RecordsByKey {
    return this.#records;
  }

  append(record: EpisodeRecord): Promise<void> {
    this.#records.set(jobKey(record), record);
    this.#tail = this.#tail.then(async () => {
      await this.#file.write(`${JSON.stringify(record)}\n`);
      await this.#file.datasync();
    });
    return this.#tail;
  }

  async close(): Promise<void> {
    await this.#tail.catch(() => {});
    await this.#file.close();
  }
}
