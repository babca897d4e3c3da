// Takes items through one stage: some at once, each with a record on disk, so that the stage can be stopped anywhere.
// Knows nothing about what the stage does.
import { CoreError, messageOf } from "@dsr/dsr-core/errors";
import type { StageFolder, StageRecord } from "./stage-folder.js";

/** What an item came to: a result, or the reason it is left out. */
export type Outcome<T> = { readonly result: T } | { readonly dropped: string };

/** A stage's work. */
export interface StageOptions<T> {
  readonly folder: StageFolder<T>;
  /** Items by id, in the order of the records that come back. */
  readonly ids: readonly string[];
  /** Items at once. */
  readonly concurrency: number;
  readonly work: (id: string, signal: AbortSignal) => Promise<Outcome<T>>;
  readonly onRecord?: ((record: StageRecord<T>, isNew: boolean) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Codes of what would spoil every item after this one as well. */
const fatalCodes: ReadonlySet<string> = new Set(["ENOSPC", "EROFS", "EDQUOT", "EACCES", "EPERM", "EMFILE"]);
/** Statuses by which a server refuses everybody alike. */
const fatalStatuses: ReadonlySet<unknown> = new Set([401, 402, 403, 404]);

/**
 * Runs the stage. An item that was done or dropped before is passed over; one that failed is tried again. What is wrong
 * with one item is its record; what would spoil all items ends the stage.
 * @throws CoreError when the disk fails or a server refuses every request; the signal's reason when that comes
 */
export async function runStage<T>(options: StageOptions<T>): Promise<readonly StageRecord<T>[]> {
  const { ids, folder, concurrency, onRecord } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any(options.signal === undefined ? [stop.signal] : [stop.signal, options.signal]);
  const records = new Map<string, StageRecord<T>>();
  const queue = ids.values();
  const worker = async (): Promise<void> => {
    for (const id of queue) {
      signal.throwIfAborted();
      const before = await folder.read(id);
      const isNew = before === undefined || before.status === "failed";
      const record = isNew ? await recordOf(id, options.work, signal) : before;
      if (isNew) await guarded(folder.root, () => folder.write(record));
      records.set(id, record);
      onRecord?.(record, isNew);
    }
  };
  const workers = Array.from({ length: Math.max(1, concurrency) }, () =>
    worker().catch((error: unknown) => {
      stop.abort(error);
      throw error;
    }),
  );
  const ended = await Promise.allSettled(workers);
  if (ended.some(({ status }) => status === "rejected")) throw signal.reason as Error;
  return ids.flatMap((id) => records.get(id) ?? []);
}

async function recordOf<T>(id: string, work: StageOptions<T>["work"], signal: AbortSignal): Promise<StageRecord<T>> {
  try {
    const outcome = await work(id, signal);
    if ("dropped" in outcome) return { status: "dropped", id, reason: outcome.dropped };
    return { status: "done", id, result: outcome.result };
  } catch (error) {
    signal.throwIfAborted();
    if (isFatal(error)) throw fatalError(error);
    const reason = messageOf(error).replaceAll(/\s*\n\s*/g, " ");
    return { status: error instanceof CoreError && error.retriable ? "failed" : "dropped", id, reason };
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Libraries wrap the system's errors, so causes are looked through. */
function isFatal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (fatalCodes.has(codeOf(error))) return true;
  if (error instanceof CoreError && fatalStatuses.has(error.details["status"])) return true;
  return error.cause !== undefined && isFatal(error.cause);
}

function fatalError(error: unknown): CoreError {
  const found = messageOf(error).replaceAll(/\s*\n\s*/g, " ");
  return new CoreError(`${found}; --resume goes on from here`, { cause: error, retriable: true });
}

async function guarded<T>(where: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw fatalError(new CoreError(`${where}: expected to write, found: ${messageOf(error)}`, { cause: error }));
  }
}
