// The body of a worker process: plays the episodes that its parent asks for, one at a time.
// Knows nothing about which episodes there are or what becomes of the results.
import { setTimeout as sleep } from "node:timers/promises";
import {
  DsrError,
  type EnvironmentFactory,
  type EnvironmentSpec,
  type SpaceRecord,
  messageOf,
  unknownNameError,
} from "@dsr/env-bridge/contract";
import { isInputFault } from "../faults.js";
import { type Policy, type PolicyFactory, environmentOptionsOf } from "../policy/policy.js";
import { createPolicy, findPolicy } from "../policy/registry.js";
import { playEpisode } from "./play-episode.js";
import type { ConfigureMessage, ParentMessage, PlayMessage, WorkerMessage } from "./worker-messages.js";
import { WorkerSessions } from "./worker-session.js";

/** What the worker module, which belongs to the program that starts the evaluation, knows and this package does not. */
export interface WorkerRegistries {
  readonly factories: readonly EnvironmentFactory[];
  readonly policies: readonly PolicyFactory[];
}

/**
 * Serves one parent until it disconnects: the whole body of a worker module, which is started with
 * `child_process.fork`. Every environment is reached over a WebSocket, also those of the worker itself.
 */
export function runEvaluationWorker(registries: WorkerRegistries): void {
  let worker: EvaluationWorker | undefined;
  let queue: Promise<void> = Promise.resolve();
  const handle = async (message: ParentMessage): Promise<void> => {
    if (message.type === "configure") {
      worker = new EvaluationWorker(registries, message);
      return tell(await worker.check());
    }
    if (worker !== undefined) tell(await worker.play(message));
  };
  process.on("message", (message: ParentMessage) => {
    queue = queue.then(() => handle(message));
  });
  // the parent is done or gone, perhaps killed: nothing that is left to do has a reader
  process.on("disconnect", () => void end(worker));
}

/** Milliseconds for closing environments; less than the parent's patience. */
const closeTimeoutMs = 3000;

async function end(worker: EvaluationWorker | undefined): Promise<void> {
  await Promise.race([worker?.close(), sleep(closeTimeoutMs)]);
  process.exit(0);
}

function tell(message: WorkerMessage): void {
  process.send?.(message);
}

class EvaluationWorker {
  readonly #registries: WorkerRegistries;
  readonly #configuration: ConfigureMessage;
  readonly #sessions: WorkerSessions;
  #policy: { readonly name: string; readonly policy: Policy } | undefined;

  constructor(registries: WorkerRegistries, configuration: ConfigureMessage) {
    this.#registries = registries;
    this.#configuration = configuration;
    this.#sessions = new WorkerSessions(registries.factories, configuration.environment);
  }

  /** Finds a person's mistakes before the first episode: unknown policies, tasks and environment options. */
  async check(): Promise<WorkerMessage> {
    try {
      const { policies, tasks } = this.#configuration;
      const factories = policies.map((name) => findPolicy(this.#registries.policies, name));
      for (const factory of factories) {
        await this.#checkClips(factory);
        const { spec } = await this.#sessions.open(this.#optionsOf(factory));
        for (const task of tasks) checkTask(task, spec);
        await this.#policyOf(factory, spec);
      }
      return { type: "ready" };
    } catch (error) {
      await this.#recover();
      return { type: "refused", ...describe(error) };
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#policy?.policy.close?.(), this.#sessions.close()]);
  }

  async play(job: PlayMessage): Promise<WorkerMessage> {
    try {
      const factory = findPolicy(this.#registries.policies, job.policy);
      const environment = await this.#sessions.open({
        ...this.#optionsOf(factory),
        ...(job.clipPath !== null && this.#configuration.clips.environmentOptions),
      });
      const policy = await this.#policyOf(factory, environment.spec);
      const episode = await playEpisode(environment, policy, { configuration: this.#configuration, job });
      return { type: "played", id: job.id, episode };
    } catch (error) {
      await this.#recover();
      return { type: "failed", id: job.id, ...describe(error) };
    }
  }

  async #checkClips(factory: PolicyFactory): Promise<void> {
    const { perTask, environmentOptions } = this.#configuration.clips;
    if (perTask > 0) await this.#sessions.open({ ...this.#optionsOf(factory), ...environmentOptions });
  }

  #optionsOf(factory: PolicyFactory): SpaceRecord {
    return environmentOptionsOf(factory, this.#configuration.policyOptions);
  }

  /** The policy in use, or a new one; the seed is fixed because the episode's seed comes with its reset. */
  async #policyOf(factory: PolicyFactory, spec: EnvironmentSpec): Promise<Policy> {
    if (this.#policy?.name === factory.name) return this.#policy.policy;
    await this.#policy?.policy.close?.();
    this.#policy = undefined;
    const options = this.#configuration.policyOptions;
    const policy = await createPolicy(factory, { seed: "evaluation", spec, options });
    this.#policy = { name: factory.name, policy };
    return policy;
  }

  async #recover(): Promise<void> {
    const policy = this.#policy?.policy;
    this.#policy = undefined;
    await Promise.allSettled([policy?.close?.(), this.#sessions.discard()]);
  }
}

function checkTask(task: string, spec: EnvironmentSpec): void {
  const known = spec.tasks.map(({ id }) => id);
  if (!known.includes(task)) throw unknownNameError("task", task, known, "unknown-task");
}

function describe(error: unknown): { readonly code: string; readonly message: string; readonly isInput: boolean } {
  const code = error instanceof DsrError ? error.code : "internal";
  return { code, message: messageOf(error), isInput: isInputFault(error) };
}
