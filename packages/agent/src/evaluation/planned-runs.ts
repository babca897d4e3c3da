// Which folder each policy's run is written to, checked before anything is played.
// Knows nothing about episodes.
import { join } from "node:path";
import { InputError } from "@dsr/env-bridge/contract";
import type { EvaluationConfiguration } from "./configuration.js";
import { RunFolder, checkRunFolder, checkWritable, readRunFile } from "./run-folder.js";

/** A run before its folder exists. */
export interface PlannedRun {
  readonly folder: string;
  readonly configuration: EvaluationConfiguration;
  /** @throws InputError when the run may not be written there; changes nothing */
  check(resume: boolean): Promise<void>;
}

/** One policy is written to `out` itself, several to a folder each. */
export function planRuns(out: string, configurations: readonly EvaluationConfiguration[]): readonly PlannedRun[] {
  const isSingle = configurations.length === 1;
  const names = configurations.map(({ policy }) => policy);
  return configurations.map((configuration) => {
    const folder = isSingle ? out : join(out, configuration.policy);
    const check = async (resume: boolean): Promise<void> => {
      if (!isSingle) await checkParentFolder(out, names);
      await checkRunFolder(folder, configuration, resume);
    };
    return { folder, configuration, check };
  });
}

/** The folder above several runs may hold nothing but them and reports on them. */
async function checkParentFolder(out: string, policies: readonly string[]): Promise<void> {
  const foreign = (await checkWritable(out)).filter((name) => !policies.includes(name) && !name.endsWith(".html"));
  if (foreign.length === 0) return;
  const found = (await readRunFile(out)) === undefined ? foreign[0] : "the run of a single policy";
  throw new InputError(`output folder ${out}: expected a new or empty one or the same policies' runs, found ${found}`);
}

/** Opens all folders or none. */
export async function openRuns(
  planned: readonly PlannedRun[],
  options: { readonly command: string; readonly version: string; readonly resume?: boolean | undefined },
): Promise<ReadonlyMap<string, RunFolder>> {
  const open = new Map<string, RunFolder>();
  try {
    for (const { folder, configuration } of planned) {
      const { command, version, resume } = options;
      open.set(
        configuration.policy,
        await RunFolder.open(folder, { configuration, command, version }, resume ?? false),
      );
    }
    return open;
  } catch (error) {
    await closeRuns(open);
    throw error;
  }
}

/** Closes all folders and gives up their locks. */
export async function closeRuns(runs: ReadonlyMap<string, RunFolder>): Promise<void> {
  await Promise.all([...runs.values()].map((run) => run.close()));
}
