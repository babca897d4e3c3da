// The folder of one run: run.json pins the settings, run.lock keeps a second writer out, episodes.jsonl grows.
// Knows nothing about how episodes are played.
import { access, constants, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { InputError, messageOf } from "@dsr/env-bridge/contract";
import { isTemporaryName, writeFileAtomically } from "../files/atomic-write.js";
import {
  checkSameConfiguration,
  type EvaluationConfiguration,
  hashOf,
  type RunFile,
  runFileSchema,
} from "./configuration.js";
import { RecordLog } from "./episode-records.js";
import type { EvaluationSummary } from "./summary-schema.js";

/** Names inside a run's folder. */
export const runFiles = {
  run: "run.json",
  lock: "run.lock",
  episodes: "episodes.jsonl",
  summary: "summary.json",
  clips: "clips",
} as const;

/** What run.json pins, and who began the run. */
export interface RunIdentity {
  readonly configuration: EvaluationConfiguration;
  readonly command: string;
  readonly version: string;
}

/** A run that is being written by this process. */
export class RunFolder {
  private constructor(
    readonly path: string,
    readonly run: RunFile,
    readonly log: RecordLog,
  ) {}

  /**
   * Begins a run in a folder, or goes on with the one that is there.
   * @throws InputError when the folder cannot be written, belongs to another run or another process writes to it
   */
  static async open(path: string, identity: RunIdentity, resume: boolean): Promise<RunFolder> {
    await checkRunFolder(path, identity.configuration, resume);
    await mkdir(path, { recursive: true }).catch((error: unknown) => {
      throw unwritable(path, error);
    });
    await lock(path);
    try {
      const run = (await readRunFile(path)) ?? (await pin(path, identity));
      return new RunFolder(path, run, await RecordLog.open(join(path, runFiles.episodes)));
    } catch (error) {
      await rm(join(path, runFiles.lock), { force: true });
      throw error;
    }
  }

  async writeSummary(summary: EvaluationSummary): Promise<void> {
    const text = `${JSON.stringify(summary, undefined, 2)}\n`;
    await writeFileAtomically(join(this.path, runFiles.summary), text);
  }

  async close(): Promise<void> {
    await this.log.close();
    await rm(join(this.path, runFiles.lock), { force: true });
  }
}

/**
 * Checks without changing anything that a run may be written to a folder.
 * @throws InputError as {@link RunFolder.open}
 */
export async function checkRunFolder(
  path: string,
  configuration: EvaluationConfiguration,
  resume: boolean,
): Promise<void> {
  const names = await checkWritable(path);
  const run = await readRunFile(path);
  if (run === undefined) {
    if (names.length === 0) return;
    throw new InputError(`output folder ${path}: expected a new or empty one or a run to resume, found ${names[0]}`);
  }
  if (!resume) {
    throw new InputError(`output folder ${path}: expected a new or empty one, found a run (resume goes on with it)`);
  }
  checkSameConfiguration(run, configuration, path);
}

/**
 * The names in a folder without leftovers of killed processes; none when it does not exist.
 * @throws InputError when it could not be written or is no folder
 */
export async function checkWritable(path: string): Promise<readonly string[]> {
  try {
    const names = await readdir(path);
    await access(path, constants.W_OK);
    return names.filter((name) => !isTemporaryName(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw unwritable(path, error);
  }
  await checkParent(path);
  return [];
}

/** The nearest folder that exists must allow new ones. */
async function checkParent(path: string): Promise<void> {
  const parent = dirname(resolve(path));
  try {
    await access(parent, constants.W_OK);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT" && parent !== dirname(parent);
    if (!missing) throw unwritable(path, error);
    await checkParent(parent);
  }
}

function unwritable(path: string, error: unknown): InputError {
  return new InputError(`output folder ${path}: expected a folder that can be written, found: ${messageOf(error)}`, {
    cause: error,
  });
}

/** run.json of a folder, or undefined when there is none. @throws InputError when it is something else */
export async function readRunFile(path: string): Promise<RunFile | undefined> {
  const file = join(path, runFiles.run);
  try {
    const parsed = runFileSchema.safeParse(JSON.parse(await readFile(file, "utf8")));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new InputError(`${file}: expected a run's settings, found ${issue?.path.join(".")}: ${issue?.message}`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    if (error instanceof InputError) throw error;
    throw new InputError(`${file}: expected a run's settings, found: ${messageOf(error)}`, { cause: error });
  }
}

async function pin(path: string, { configuration, command, version }: RunIdentity): Promise<RunFile> {
  const run: RunFile = {
    format: "dsr.evaluation-run",
    formatVersion: 1,
    version,
    command,
    startedAt: new Date().toISOString(),
    hash: hashOf(configuration),
    configuration,
  };
  await writeFileAtomically(join(path, runFiles.run), `${JSON.stringify(run, undefined, 2)}\n`);
  return run;
}

/** A lock of a process that is gone (killed, or this very id again) is taken over. */
async function lock(path: string): Promise<void> {
  const file = join(path, runFiles.lock);
  const owner = Number(await readFile(file, "utf8").catch(() => ""));
  if (owner > 0 && owner !== process.pid && isAlive(owner)) {
    throw new InputError(
      `output folder ${path}: expected no other writer, found process ${owner} (remove ${file} if that is no evaluation)`,
    );
  }
  await writeFile(file, `${process.pid}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
