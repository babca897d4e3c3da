// The parent's hold on one worker process: starts it, asks it to play, notices when it dies.
// Knows nothing about retries or records.
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type ErrorCode, InfrastructureError, InputError } from "@dsr/env-bridge/contract";
import { cancelledError } from "../faults.js";
import {
  type ConfigureMessage,
  type PlayMessage,
  type PlayedEpisode,
  type WorkerMessage,
  workerMessageSchema,
} from "./worker-messages.js";

/** Of a worker's standard error, this much is kept for the message when it dies. */
const keptErrorText = 2000;

/** Milliseconds that a worker has for closing its environments. */
const patienceMs = 5000;

interface Waiting {
  resolve(message: WorkerMessage): void;
  reject(error: Error): void;
}

/** One worker, which does one thing at a time. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  #waiting: Waiting | undefined;
  #errorText = "";
  #exited: Error | undefined;

  private constructor(module: URL) {
    this.#child = fork(fileURLToPath(module), [], {
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#errorText = `${this.#errorText}${chunk.toString("utf8")}`.slice(-keptErrorText);
    });
    this.#child.on("message", (message) => this.#receive(message));
    this.#child.on("error", (error) => this.#die(`could not be started: ${error.message}`));
    // "close" comes after the last of standard error, "exit" may come before
    this.#child.on("close", (code, signal) =>
      this.#die(`ended ${signal === null ? `with code ${code}` : `by ${signal}`}`),
    );
  }

  /**
   * Starts a worker and waits until it has checked its configuration.
   * @throws InputError for a mistake in it; InfrastructureError when the worker failed or took too long
   */
  static async start(module: URL, configuration: ConfigureMessage, options: WaitOptions): Promise<WorkerProcess> {
    const worker = new WorkerProcess(module);
    try {
      const reply = await worker.#ask(configuration, options);
      if (reply.type === "refused") throw errorOf(reply);
      return worker;
    } catch (error) {
      worker.kill();
      throw error;
    }
  }

  get isAlive(): boolean {
    return this.#exited === undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** @throws InputError for a mistake that no repetition mends; InfrastructureError for everything else */
  async play(job: PlayMessage, options: WaitOptions): Promise<PlayedEpisode> {
    const reply = await this.#ask(job, options);
    if (reply.type === "played" && reply.id === job.id) return reply.episode;
    if (reply.type === "failed" && reply.id === job.id) throw errorOf(reply);
    throw new InfrastructureError(`worker: expected the result of job ${job.id}, found ${reply.type}`, {
      code: "internal",
    });
  }

  /** Lets it close its environments and end; one that does not is killed. Resolves when it is gone. */
  async stop(): Promise<void> {
    if (!this.isAlive) return;
    // not "close": it does not come after a disconnect from this side
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    const timer = setTimeout(() => this.kill(), patienceMs);
    if (this.#child.connected) this.#child.disconnect();
    await gone;
    clearTimeout(timer);
  }

  /** Ends it at once; what it was doing is lost. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #ask(message: ConfigureMessage | PlayMessage, { timeoutMs, signal }: WaitOptions): Promise<WorkerMessage> {
    return new Promise<WorkerMessage>((resolve, reject) => {
      if (this.#exited !== undefined) return reject(this.#exited);
      if (signal?.aborted === true) return reject(cancelledError("evaluation"));
      const end = (error: Error): void => {
        this.kill();
        settle(() => reject(error));
      };
      const stop = (): void => end(cancelledError("evaluation"));
      const timer = setTimeout(() => end(timeoutError(message.type, timeoutMs)), timeoutMs);
      const settle = (result: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", stop);
        this.#waiting = undefined;
        result();
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.#waiting = {
        resolve: (reply) => settle(() => resolve(reply)),
        reject: (error) => settle(() => reject(error)),
      };
      this.#child.send(message, (error) => {
        if (error !== null)
          this.#waiting?.reject(new InfrastructureError(`worker: ${error.message}`, { cause: error }));
      });
    });
  }

  #receive(message: unknown): void {
    const parsed = workerMessageSchema.safeParse(message);
    if (parsed.success) this.#waiting?.resolve(parsed.data);
    else this.#waiting?.reject(new InfrastructureError("worker: expected a message of the protocol, found another"));
  }

  #die(how: string): void {
    this.#exited ??= new InfrastructureError(`worker process ${how}${lastWords(this.#errorText)}`);
    this.#waiting?.reject(this.#exited);
  }
}

/** The line of standard error that says most: the last that names an error, else the last of all. */
function lastWords(errorText: string): string {
  const lines = errorText.split("\n").map((line) => line.trim());
  const told = lines.filter((line) => line !== "" && !line.startsWith("at ") && !line.startsWith("Node.js v"));
  const line = told.findLast((each) => /error/iu.test(each)) ?? told.at(-1);
  return line === undefined ? "" : `: ${line}`;
}

/** How long an answer may take, and what stops the wait. Both end the worker. */
export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

function timeoutError(what: string, timeoutMs: number): InfrastructureError {
  return new InfrastructureError(`worker: expected an answer to '${what}' within ${timeoutMs} ms, found none`, {
    code: "timeout",
  });
}

function errorOf(failure: Extract<WorkerMessage, { readonly code: string }>): InputError | InfrastructureError {
  const code = failure.code as ErrorCode;
  return failure.isInput
    ? new InputError(failure.message, { code })
    : new InfrastructureError(failure.message, { code });
}
