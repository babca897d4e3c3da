// Makes a folder under a temporary name and renames it when it is complete, so that nothing half-written looks whole.
// Knows nothing about what is in it.
import { readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { CoreInputError } from "../errors.js";

/** Clears what a killed run left, then throws CoreInputError when something is in the target and may not be replaced. */
export async function checkTarget(target: string, options: { readonly force?: boolean }): Promise<void> {
  await clearLeftovers(resolve(target));
  const found = await readdir(target).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return [];
    throw new CoreInputError(`${target}: expected a folder or nothing, found ${cause.code}`, { cause });
  });
  if (found.length > 0 && options.force !== true)
    throw new CoreInputError(
      `${target}: expected no folder or an empty one, found ${found.length} files (--force replaces it)`,
    );
}

/** Temporary folders of runs that are no more go; a folder that one had put aside and not yet replaced comes back. */
async function clearLeftovers(final: string): Promise<void> {
  const [folder, prefix] = [dirname(final), `.${basename(final)}.`];
  const names: readonly string[] = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, owner, aside] = name.startsWith(prefix) ? (leftover.exec(name.slice(prefix.length)) ?? []) : [];
    if (owner === undefined || isAlive(Number(owner))) continue;
    if (aside !== undefined && !names.includes(basename(final))) await rename(join(folder, name), final);
    else await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** What follows the target's name: the process that made it, and whether it is what was there before. */
const leftover = /^(\d+)\.partial(\.old)?$/;

function isAlive(owner: number): boolean {
  try {
    return process.kill(owner, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Runs `write` on a temporary folder beside the target and renames it; on a failure the target stays as it was. */
export async function makeFolder<Result>(target: string, write: (folder: string) => Promise<Result>): Promise<Result> {
  const final = resolve(target);
  const partial = join(dirname(final), `.${basename(final)}.${process.pid}.partial`);
  try {
    await rm(partial, { recursive: true, force: true });
    const result = await write(partial);
    await replace(partial, final);
    return result;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** What was there gives way only now that its successor is complete. */
async function replace(partial: string, final: string): Promise<void> {
  const old = `${partial}.old`;
  const hadOld = await rename(final, old).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
  try {
    await rename(partial, final);
  } catch (error) {
    if (hadOld) await rename(old, final);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}
