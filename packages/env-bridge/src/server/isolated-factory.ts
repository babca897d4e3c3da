// Environments in a process of their own each: one that hangs is killed, one that dies takes nobody with it.
// Knows nothing about sessions; the child's half is in environment-child.ts.
import { type ChildProcess, fork } from "node:child_process";
import type { Environment, EnvironmentFactory, EnvironmentSpec, ResetOptions } from "../contract/environment.js";
import type { ResetResult, StepResult } from "../contract/environment.js";
import { InfrastructureError } from "../contract/errors.js";
import type { SpaceRecord, SpaceValue } from "../contract/spaces.js";
import { builtModule } from "../protocol/built-module.js";
import { errorFromMessage } from "../protocol/wire-errors.js";
import type { ChildReply, ChildRequest } from "./child-messages.js";
import type { KillableEnvironment } from "./guarded-environment.js";

/** Names a factory in a module, to be made and run in a child process. */
export interface IsolatedFactory {
  readonly isolation: "process";
  readonly name: string;
  readonly description: string;
  /** URL of a JavaScript module. */
  readonly module: string | URL;
  /** The module's export that is an `EnvironmentFactory`. */
  readonly exportName: string;
}

/** Tells the two kinds of factories apart. */
export function isIsolatedFactory(factory: EnvironmentFactory | IsolatedFactory): factory is IsolatedFactory {
  return (factory as { isolation?: unknown }).isolation === "process";
}

/** A factory whose every environment runs in a child process. */
export function isolate(source: IsolatedFactory): EnvironmentFactory {
  return {
    name: source.name,
    description: source.description,
    create: (options) => IsolatedEnvironment.create(source, options),
  };
}

type Pending = { resolve(value: unknown): void; reject(error: Error): void };
type RequestOf<M extends ChildRequest["method"]> = Omit<Extract<ChildRequest, { method: M }>, "id">;

/** The parent's half: calls become messages, and the end of the process fails them all. */
class IsolatedEnvironment implements KillableEnvironment {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  #nextId = 1;
  #ended: string | undefined;
  #spec: EnvironmentSpec | undefined;

  private constructor(child: ChildProcess, name: string) {
    this.#child = child;
    this.#name = name;
    child.on("message", (reply) => this.#settle(reply as ChildReply));
    this.#exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        this.#end(signal === null ? `exit code ${code}` : `signal ${signal}`);
        resolve();
      });
      child.once("error", (error) => {
        this.#end(error.message);
        resolve();
      });
    });
  }

  static async create(source: IsolatedFactory, options: SpaceRecord): Promise<Environment> {
    const child = fork(builtModule("server/environment-child.js"), [], {
      serialization: "advanced",
      // What an environment prints must not mix with this process's own output.
      stdio: ["ignore", 2, 2, "ipc"],
    });
    const environment = new IsolatedEnvironment(child, source.name);
    const { exportName } = source;
    try {
      const call: RequestOf<"create"> = { method: "create", module: String(source.module), exportName, options };
      environment.#spec = (await environment.#call(call)) as EnvironmentSpec;
      return environment;
    } catch (error) {
      environment.kill();
      throw error;
    }
  }

  get spec(): EnvironmentSpec {
    if (this.#spec === undefined)
      throw new InfrastructureError(`environment '${this.#name}': expected a spec, found none`);
    return this.#spec;
  }

  async reset(options: ResetOptions = {}): Promise<ResetResult> {
    return (await this.#call({ method: "reset", options })) as ResetResult;
  }

  async step(action: SpaceValue): Promise<StepResult> {
    return (await this.#call({ method: "step", action })) as StepResult;
  }

  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    await this.#call({ method: "close" }).catch(() => undefined);
    if (this.#child.connected) this.#child.disconnect();
    await this.#exited;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #call(call: RequestOf<"create"> | RequestOf<"reset"> | RequestOf<"step"> | RequestOf<"close">): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#endedError());
      this.#pending.set(id, { resolve, reject });
      this.#child.send({ id, ...call }, (error) => {
        if (error !== null) this.#end(error.message);
      });
    });
  }

  #settle(reply: ChildReply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.ok) pending?.resolve(reply.value);
    else pending?.reject(errorFromMessage(reply.error));
  }

  #end(how: string): void {
    this.#ended ??= how;
    for (const pending of this.#pending.values()) pending.reject(this.#endedError());
    this.#pending.clear();
  }

  #endedError(): InfrastructureError {
    const text = `environment '${this.#name}': expected its process to run, found it ended with ${this.#ended}`;
    return new InfrastructureError(text, { code: "environment-crashed", retriable: true });
  }
}
