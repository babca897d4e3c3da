// Measures policies: every episode of every task and seed, on worker processes, resumable at any point.
// Prints nothing; progress is told as events. Knows nothing about particular environments or policies.
import { join } from "node:path";
import { InputError, type Seed, type SpaceRecord, seedText } from "@dsr/env-bridge/contract";
import { checkWritable, type RunFolder } from "./run-folder.js";
import type { EvaluationConfiguration } from "./configuration.js";
import type { EpisodeRecord } from "./episode-records.js";
import { closeRuns, openRuns, type PlannedRun, planRuns } from "./planned-runs.js";
import { type EpisodeJob, episodeSeed, jobKey, listJobs } from "./jobs.js";
import { type EvaluationProgress, ProgressCounter } from "./progress.js";
import { type Suite, findSuite, suites as knownSuites } from "./suites.js";
import { summarize } from "./summarize.js";
import type { EvaluationSummary } from "./summary-schema.js";
import type { ConfigureMessage } from "./worker-messages.js";
import { type JobResult, type PoolJob, WorkerPool } from "./worker-pool.js";

/** Environments hosted by every worker itself (a factory of the worker module), or one server behind a URL. */
export type EnvironmentChoice =
  | { readonly name: string; readonly options?: SpaceRecord | undefined }
  | {
      readonly url: string;
      readonly token?: string | undefined;
      readonly name?: string | undefined;
      readonly options?: SpaceRecord | undefined;
    };

/** What to evaluate, on what, and where the result goes. */
export interface EvaluateOptions {
  /** Names of suites; see {@link suites}. */
  readonly suites?: readonly string[] | undefined;
  /** Further tasks by id. */
  readonly tasks?: readonly string[] | undefined;
  /** Names of policies in the worker module's registry. */
  readonly policies: readonly string[];
  readonly policyOptions?: SpaceRecord | undefined;
  /** The model behind the policies, for the report. */
  readonly model?: string | null | undefined;
  /** How many seeds ("0", "1", …), or which. */
  readonly seeds: number | readonly Seed[];
  /** Episodes of each task and seed. */
  readonly episodes: number;
  /** 500 unless given, as in the paper. */
  readonly maxEpisodeSteps?: number | undefined;
  /** Worker processes; 1 unless given. */
  readonly workers?: number | undefined;
  /** Folder of the run; with several policies, of one folder for each. */
  readonly out: string;
  /** Goes on with the run in `out` when there is one. */
  readonly resume?: boolean | undefined;
  /** A module whose code calls `runEvaluationWorker`; started with `child_process.fork`. */
  readonly workerModule: URL;
  readonly environment: EnvironmentChoice;
  /** Episodes of each task, of the first seed, that are filmed; 0 unless given. */
  readonly recordClips?: number | undefined;
  /** Environment options of filmed episodes, over the others; such as `{ imageSize: [160, 256] }`. */
  readonly clipEnvironmentOptions?: SpaceRecord | undefined;
  /** The command line, for the report. */
  readonly command: string;
  /** Of the SDK, for the report. */
  readonly version: string;
  /** Further attempts at an episode after an infrastructure failure; 2 unless given. */
  readonly retries?: number | undefined;
  /** Longest episode before its worker is replaced, milliseconds; 15 minutes unless given. */
  readonly episodeTimeoutMs?: number | undefined;
  /** Longest wait for one frame, milliseconds; 10 minutes unless given (a Minecraft may take that long to start). */
  readonly frameTimeoutMs?: number | undefined;
  /** Longest start of a worker, milliseconds; 10 minutes unless given. */
  readonly startTimeoutMs?: number | undefined;
  readonly onProgress?: ((event: EvaluationProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The result of one policy. */
export interface EvaluatedRun {
  readonly policy: string;
  readonly folder: string;
  readonly summary: EvaluationSummary;
}

/** What {@link evaluate} resolves with. */
export interface EvaluationResult {
  readonly runs: readonly EvaluatedRun[];
  /** Episodes lost to infrastructure failures; anything above 0 should end a command with a failure. */
  readonly lost: number;
}

/**
 * Plays seeds × episodes of every task for every policy and writes each policy's `summary.json` (`out` itself for one
 * policy, `out/<policy>` for several). Killed at any time and resumed, the summary is the same as without the
 * interruption, apart from times. Resuming tries lost episodes again.
 *
 * @throws InputError for a mistake in the options, before anything is written; InfrastructureError when nothing works
 * any more; DsrError `cancelled`. What was played so far can be resumed in any case.
 */
export async function evaluate(options: EvaluateOptions): Promise<EvaluationResult> {
  const planned = planRuns(options.out, configurationsOf(options));
  await Promise.all(planned.map((run) => run.check(options.resume ?? false)));
  if (planned.length > 1) await checkWritable(options.out);
  const evaluation = new Evaluation(options, planned);
  try {
    return await evaluation.run();
  } finally {
    await evaluation.close();
  }
}

interface EvaluationJob extends EpisodeJob, PoolJob {
  readonly clip: string | null;
}

class Evaluation {
  readonly #options: EvaluateOptions;
  readonly #planned: readonly PlannedRun[];
  readonly #pool: WorkerPool<EvaluationJob>;
  #folders: ReadonlyMap<string, RunFolder> = new Map();
  #progress: ProgressCounter | undefined;

  constructor(options: EvaluateOptions, planned: readonly PlannedRun[]) {
    this.#options = options;
    this.#planned = planned;
    const pool = {
      workerModule: options.workerModule,
      configuration: workerConfiguration(options, planned),
      workers: positive(options.workers ?? 1, "workers"),
      retries: options.retries ?? 2,
      startTimeoutMs: options.startTimeoutMs ?? 600_000,
      episodeTimeoutMs: options.episodeTimeoutMs ?? 900_000,
      signal: options.signal,
    };
    this.#pool = new WorkerPool<EvaluationJob>(pool, (result) => this.#record(result));
  }

  async run(): Promise<EvaluationResult> {
    await this.#pool.check();
    this.#folders = await openRuns(this.#planned, this.#options);
    const all = this.#planned.flatMap((run) => listJobs(run.configuration));
    const open = all.filter((job) => this.#recordOf(job)?.outcome !== "finished");
    const known = all.flatMap((job) => this.#recordOf(job) ?? []).filter((record) => record.outcome === "finished");
    this.#progress = new ProgressCounter({ total: all.length, known, onProgress: this.#options.onProgress });
    await this.#pool.run(open.map((job, id) => this.#jobOf(job, id)));
    return this.#finish();
  }

  async close(): Promise<void> {
    await this.#pool.close();
    await closeRuns(this.#folders);
  }

  #recordOf(job: EpisodeJob): EpisodeRecord | undefined {
    return this.#folders.get(job.policy)?.log.records.get(jobKey(job));
  }

  #jobOf(job: EpisodeJob, id: number): EvaluationJob {
    const { path, run } = this.#folderOf(job.policy);
    const isFilmed = job.seed === run.configuration.seeds[0] && job.episode < run.configuration.clips.perTask;
    const clip = isFilmed ? `clips/${fileNameOf(job.task)}-${job.episode}.mp4` : null;
    const { policy, task } = job;
    const clipPath = clip === null ? null : join(path, clip);
    return { ...job, clip, message: { type: "play", id, policy, task, episodeSeed: episodeSeed(job), clipPath } };
  }

  #folderOf(policy: string): RunFolder {
    const folder = this.#folders.get(policy);
    if (folder === undefined) throw new InputError(`evaluation: expected a folder for policy '${policy}', found none`);
    return folder;
  }

  async #record(result: JobResult<EvaluationJob>): Promise<void> {
    const record = recordOf(result);
    await this.#folderOf(record.policy).log.append(record);
    this.#progress?.add(record);
  }

  async #finish(): Promise<EvaluationResult> {
    const runs = this.#planned.map(({ configuration: { policy } }) => {
      const folder = this.#folderOf(policy);
      return { policy, folder, summary: summarize(folder.run, folder.log.records) };
    });
    for (const { folder, summary } of runs) await folder.writeSummary(summary);
    const lost = runs.reduce((sum, { summary }) => sum + summary.infrastructure, 0);
    return { runs: runs.map(({ policy, folder, summary }) => ({ policy, folder: folder.path, summary })), lost };
  }
}

function recordOf({ job, attempts, episode, error }: JobResult<EvaluationJob>): EpisodeRecord {
  const { policy, task, seed, episode: number } = job;
  return {
    policy,
    task,
    seed,
    episode: number,
    episodeSeed: job.message.episodeSeed,
    outcome: episode === undefined ? "infrastructure" : "finished",
    success: episode?.success ?? false,
    steps: episode?.steps ?? 0,
    return: episode?.return ?? null,
    end: episode?.end ?? null,
    error: error === undefined ? null : { code: error.code, message: error.message },
    clip: episode?.clipWritten === true ? job.clip : null,
    attempts,
    times: {
      finishedAt: new Date().toISOString(),
      wallMs: episode?.wallMs ?? null,
      decisionP50Ms: episode?.decisionP50Ms ?? null,
      decisionP99Ms: episode?.decisionP99Ms ?? null,
    },
  };
}

/** One configuration a policy; all but the policy are the same. @throws InputError */
function configurationsOf(options: EvaluateOptions): readonly EvaluationConfiguration[] {
  const chosen: readonly Suite[] = (options.suites ?? []).map((name) => findSuite(name, knownSuites));
  const tasks = unique([...chosen.flatMap((suite) => suite.tasks), ...(options.tasks ?? [])]);
  if (tasks.length === 0) throw new InputError("evaluation: expected at least one suite or task, found none");
  const policies = unique(options.policies);
  if (policies.length === 0) throw new InputError("evaluation: expected at least one policy, found none");
  const { environment } = options;
  return policies.map((policy) => ({
    policy,
    policyOptions: options.policyOptions ?? {},
    model: options.model ?? null,
    suites: unique(chosen).map(({ name, tasks: own }) => ({ name, tasks: [...own] })),
    tasks: [...tasks],
    seeds: seedsOf(options.seeds),
    episodes: positive(options.episodes, "episodes"),
    maxEpisodeSteps: positive(options.maxEpisodeSteps ?? 500, "maxEpisodeSteps"),
    environment: {
      name: environment.name ?? null,
      url: "url" in environment ? environment.url : null,
      options: environment.options ?? {},
    },
    clips: { perTask: options.recordClips ?? 0, environmentOptions: options.clipEnvironmentOptions ?? {} },
  }));
}

function workerConfiguration(options: EvaluateOptions, planned: readonly PlannedRun[]): ConfigureMessage {
  const { environment } = options;
  const first = planned[0]?.configuration;
  return {
    type: "configure",
    environment: {
      name: environment.name ?? null,
      url: "url" in environment ? environment.url : null,
      token: "url" in environment ? (environment.token ?? null) : null,
      options: environment.options ?? {},
    },
    policies: planned.map((run) => run.configuration.policy),
    policyOptions: options.policyOptions ?? {},
    tasks: first?.tasks ?? [],
    maxEpisodeSteps: first?.maxEpisodeSteps ?? 500,
    frameTimeoutMs: options.frameTimeoutMs ?? 600_000,
    clips: first?.clips ?? { perTask: 0, environmentOptions: {} },
  };
}

function seedsOf(seeds: number | readonly Seed[]): string[] {
  if (typeof seeds === "number") {
    return Array.from({ length: positive(seeds, "seeds") }, (_, seed) => String(seed));
  }
  const texts = unique(seeds.map(seedText));
  if (texts.length === 0) throw new InputError("evaluation: expected at least one seed, found none");
  return texts;
}

function positive(value: number, what: string): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new InputError(`evaluation: expected ${what} to be a positive integer, found ${value}`);
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** A task id as a file's name: path separators and the like are replaced. */
function fileNameOf(task: string): string {
  return task.replaceAll(/[^A-Za-z0-9_-]+/gu, "-");
}
