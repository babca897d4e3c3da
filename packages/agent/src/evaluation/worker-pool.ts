// Plays jobs on worker processes: one at a time each, again after an infrastructure failure, on a new worker after a
// crash. Knows nothing about files.
import { setTimeout as sleep } from "node:timers/promises";
import { DsrError, InfrastructureError, messageOf } from "@dsr/env-bridge/contract";
import { cancelledError, isCancellation, isInputFault } from "../faults.js";
import type { ConfigureMessage, PlayMessage, PlayedEpisode } from "./worker-messages.js";
import { WorkerProcess } from "./worker-process.js";

/** How many workers, and how patient to be with them. Times in milliseconds. */
export interface PoolOptions {
  readonly workerModule: URL;
  readonly configuration: ConfigureMessage;
  readonly workers: number;
  /** Further attempts after an infrastructure failure. */
  readonly retries: number;
  readonly startTimeoutMs: number;
  readonly episodeTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What became of a job. `episode` is undefined when every attempt failed; `error` is the last failure then. */
export interface JobResult<J> {
  readonly job: J;
  readonly attempts: number;
  readonly episode: PlayedEpisode | undefined;
  readonly error: DsrError | undefined;
}

/** A job with the message that plays it. */
export interface PoolJob {
  readonly message: PlayMessage;
}

/** So many jobs lost one after the other mean that nothing works any more: going on would lose all of them. */
const lostInRow = 10;
/** Milliseconds before another attempt, times the attempts so far: a server behind a URL may be restarting. */
const retryDelayMs = 100;

/** Worker processes that take jobs from one queue. */
export class WorkerPool<J extends PoolJob> {
  readonly #options: PoolOptions;
  readonly #onResult: (result: JobResult<J>) => Promise<void>;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #live = new Set<WorkerProcess>();
  #idle: WorkerProcess[] = [];
  #lost = 0;

  constructor(options: PoolOptions, onResult: (result: JobResult<J>) => Promise<void>) {
    this.#options = options;
    this.#onResult = onResult;
    this.#signal = AbortSignal.any([this.#stop.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  }

  /** Starts the first worker, which checks the configuration. @throws InputError, InfrastructureError */
  async check(): Promise<void> {
    this.#idle.push(await this.#start());
  }

  /**
   * Plays all jobs. `onResult` is told of each, in the order they end.
   * @throws InputError when a job cannot be played as it is asked for; DsrError `cancelled`; InfrastructureError when
   * nothing works any more. Results that were told of stay valid.
   */
  async run(jobs: readonly J[]): Promise<void> {
    const queue = [...jobs];
    const slots = Math.min(this.#options.workers, queue.length);
    const running = Array.from({ length: slots }, () => this.#work(queue));
    try {
      await Promise.all(running);
    } catch (error) {
      this.#stop.abort();
      await Promise.allSettled(running);
      throw error;
    }
  }

  /** Ends all workers. Resolves when they are gone. */
  async close(): Promise<void> {
    this.#stop.abort();
    const live = [...this.#live];
    this.#live.clear();
    await Promise.all(live.map((worker) => worker.stop()));
  }

  async #work(queue: J[]): Promise<void> {
    let worker = this.#idle.pop();
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      let error: DsrError | undefined;
      let episode: PlayedEpisode | undefined;
      let attempts = 0;
      while (episode === undefined && attempts <= this.#options.retries) {
        if (attempts > 0) await this.#pause(attempts);
        attempts += 1;
        try {
          worker = worker?.isAlive === true ? worker : await this.#replace(worker);
          episode = await worker.play(job.message, this.#wait(this.#options.episodeTimeoutMs));
        } catch (failure) {
          error = this.#judge(failure);
        }
      }
      await this.#settle({ job, attempts, episode, error: episode === undefined ? error : undefined });
    }
    if (worker !== undefined) this.#idle.push(worker);
  }

  async #settle(result: JobResult<J>): Promise<void> {
    this.#lost = result.episode === undefined ? this.#lost + 1 : 0;
    await this.#onResult(result);
    if (this.#lost < lostInRow) return;
    const last = result.error === undefined ? "" : `; the last: ${result.error.message}`;
    throw new InfrastructureError(`evaluation: ${this.#lost} episodes were lost one after the other${last}`);
  }

  async #replace(dead: WorkerProcess | undefined): Promise<WorkerProcess> {
    if (dead !== undefined) this.#live.delete(dead);
    return this.#start();
  }

  async #start(): Promise<WorkerProcess> {
    const { workerModule, configuration, startTimeoutMs } = this.#options;
    const worker = await WorkerProcess.start(workerModule, configuration, this.#wait(startTimeoutMs));
    this.#live.add(worker);
    return worker;
  }

  #wait(timeoutMs: number): { readonly timeoutMs: number; readonly signal: AbortSignal } {
    return { timeoutMs, signal: this.#signal };
  }

  async #pause(attempts: number): Promise<void> {
    await sleep(retryDelayMs * attempts, undefined, { signal: this.#signal }).catch(() => {
      throw cancelledError("evaluation");
    });
  }

  /** What may be tried again is returned, everything else thrown. */
  #judge(failure: unknown): DsrError {
    if (isCancellation(failure) || isInputFault(failure)) throw failure;
    return failure instanceof DsrError ? failure : new InfrastructureError(messageOf(failure), { cause: failure });
  }
}
