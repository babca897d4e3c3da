// Reads the folders of finished runs.
// Knows nothing about how they are shown.
import { readFile } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
import { InputError, messageOf } from "@dsr/env-bridge/contract";
import { type RunFile } from "../evaluation/configuration.js";
import { type EpisodeRecord, readRecords } from "../evaluation/episode-records.js";
import { readRunFile, runFiles } from "../evaluation/run-folder.js";
import { type EvaluationSummary, summarySchema } from "../evaluation/summary-schema.js";

/** A finished run with everything a report shows. */
export interface LoadedRun {
  /** Tells runs of a report apart: the policy, with the part of the folder's path that differs where two are of one policy. */
  readonly label: string;
  readonly folder: string;
  readonly run: RunFile;
  readonly summary: EvaluationSummary;
  /** In the order of tasks, seeds and episodes. */
  readonly records: readonly EpisodeRecord[];
}

/** @throws InputError for a folder without a finished run */
export async function loadRuns(folders: readonly string[]): Promise<readonly LoadedRun[]> {
  if (folders.length === 0) throw new InputError("report: expected at least one run's folder, found none");
  const runs = await Promise.all(folders.map(readRun));
  return runs.map(({ folder, run, summary, records }) => {
    const alike = runs.filter((other) => other.summary.policy === summary.policy).map((other) => other.folder);
    const label = alike.length > 1 ? `${summary.policy} (${tellingName(folder, alike)})` : summary.policy;
    return { label, folder, run, summary, records };
  });
}

/** The end of a folder's path that tells it from the others, without what they all end in. */
function tellingName(folder: string, folders: readonly string[]): string {
  const backwards = (path: string): readonly string[] => resolve(path).split(sep).toReversed();
  const [own, all] = [backwards(folder), folders.map(backwards)];
  const start = own.findIndex((part, i) => all.some((parts) => parts[i] !== part));
  if (start === -1) return basename(folder);
  const nameOf = (parts: readonly string[], length: number): string =>
    parts
      .slice(start, start + length)
      .toReversed()
      .join("/");
  const isTelling = (length: number): boolean =>
    all.filter((parts) => nameOf(parts, length) === nameOf(own, length)).length === 1;
  const enough = own
    .slice(start)
    .map((_, i) => i + 1)
    .find(isTelling);
  return enough === undefined ? basename(folder) : nameOf(own, enough);
}

async function readRun(folder: string): Promise<Omit<LoadedRun, "label">> {
  const run = await readRunFile(folder);
  if (run === undefined) {
    throw new InputError(`report: expected a run's folder with ${runFiles.run}, found none in ${folder}`);
  }
  const summary = await readSummary(join(folder, runFiles.summary));
  const found = await readRecords(join(folder, runFiles.episodes));
  const { tasks, seeds } = run.configuration;
  const records = [...found.values()].toSorted(
    (a, b) =>
      tasks.indexOf(a.task) - tasks.indexOf(b.task) ||
      seeds.indexOf(a.seed) - seeds.indexOf(b.seed) ||
      a.episode - b.episode,
  );
  return { folder, run, summary, records };
}

/** summary.json, checked. @throws InputError when it is missing or something else */
export async function readSummary(path: string): Promise<EvaluationSummary> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new InputError(`${path}: expected the summary of a finished run, found: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const parsed = summarySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError(`${path}: expected a summary, found ${issue?.path.join(".")}: ${issue?.message}`);
}
