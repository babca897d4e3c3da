// Carries out calls in batches: those that come while a batch is under way make up the next one.
// Knows nothing about what a call asks for.

/** Carries out a batch; one result a request, in order. */
export type BatchRunner<Request, Result> = (requests: readonly Request[]) => Promise<readonly Result[]>;

interface Waiting<Request, Result> {
  readonly request: Request;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** One batch runs at a time. A batch that fails fails all its calls. */
export class RequestBatcher<Request, Result> {
  readonly #run: BatchRunner<Request, Result>;
  readonly #most: number;
  readonly #waiting: Waiting<Request, Result>[] = [];
  #work: Promise<void> | undefined;

  constructor(run: BatchRunner<Request, Result>, most: number) {
    this.#run = run;
    this.#most = most;
  }

  call(request: Request): Promise<Result> {
    const result = new Promise<Result>((resolve, reject) => this.#waiting.push({ request, resolve, reject }));
    this.#work ??= this.#workOff();
    return result;
  }

  /** Resolves when nothing waits or runs any more. */
  async idle(): Promise<void> {
    await this.#work;
  }

  async #workOff(): Promise<void> {
    // what is asked in the same turn of the event loop belongs together
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#runNext(this.#waiting.splice(0, this.#most));
    this.#work = undefined;
  }

  async #runNext(batch: readonly Waiting<Request, Result>[]): Promise<void> {
    try {
      const results = await this.#run(batch.map(({ request }) => request));
      batch.forEach(({ resolve, reject }, place) => {
        const result = results[place];
        if (result === undefined) reject(new TypeError("a batch gives one result a request"));
        else resolve(result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
