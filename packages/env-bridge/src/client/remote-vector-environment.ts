// N environments at the other end of a connection, stepped by one message.
// Knows nothing about sockets; the link brings requests there and answers back.
import type { AutoresetMode, EnvironmentSpec, ResetResult, StepResult } from "../contract/environment.js";
import { type DsrError, InputError } from "../contract/errors.js";
import { type Seed, seedText } from "../contract/random.js";
import type { SpaceValue } from "../contract/spaces.js";
import type { OpenedMessage, Timings } from "../protocol/messages.js";
import { type Link, type LinkedSession, type RequestBody, expectReply } from "./link.js";
import { closeRemotely } from "./remote-environment.js";

/** How to reset a vector session. */
export interface VectorResetOptions {
  /** One seed for all; environment i gets seed + i (a text that is no integer gets `:i` appended). */
  readonly seed?: Seed | undefined;
  /** A seed for each environment, where null leaves it to `seed`. */
  readonly seeds?: readonly (Seed | null)[] | undefined;
  readonly task?: string | undefined;
  /** Which environments to reset; all unless given. */
  readonly mask?: readonly boolean[] | undefined;
}

/** A vector session. Episodes that end are followed by others as {@link autoreset} says. */
export class RemoteVectorEnvironment implements LinkedSession {
  readonly id: string;
  readonly resumeToken: string;
  readonly spec: EnvironmentSpec;
  readonly count: number;
  readonly autoreset: AutoresetMode;
  readonly #link: Link;
  #timings: Timings | undefined;
  #ended: DsrError | undefined;

  constructor(link: Link, opened: OpenedMessage) {
    this.#link = link;
    this.id = opened.session;
    this.resumeToken = opened.resumeToken;
    this.spec = opened.spec;
    this.count = opened.count;
    this.autoreset = opened.autoreset;
    link.addSession(this);
  }

  /** Of the last answered request, measured by the server. */
  get lastTimings(): Timings | undefined {
    return this.#timings;
  }

  /** One result an environment, null for those that the mask left out. */
  async reset(options: VectorResetOptions = {}): Promise<readonly (ResetResult | null)[]> {
    const { seed, seeds, task, mask } = options;
    const fields = {
      seed: seed === undefined ? undefined : seedText(seed),
      seeds: seeds?.map((each) => (each === null ? null : seedText(each))),
      task,
      mask,
    };
    const message = await this.#exchange({ type: "vector-reset", session: this.id, ...fields });
    const { results, timings } = expectReply(message, "vector-reset-result");
    this.#timings = timings;
    return results;
  }

  /** Steps all environments, one action each. With `same-step`, an ended episode's last observation is `info.final_obs`. */
  async step(actions: readonly SpaceValue[]): Promise<readonly StepResult[]> {
    const message = await this.#exchange({ type: "vector-step", session: this.id, actions });
    const { results, timings } = expectReply(message, "vector-step-result");
    this.#timings = timings;
    return results;
  }

  /** Ends the session; does nothing when it has ended already. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#ended = new InputError(`session ${this.id}: expected an open session, found a closed one`, {
      code: "wrong-state",
    });
    await closeRemotely(this.#link, this);
  }

  onMessage(): void {
    // Vector sessions get nothing that they have not asked for.
  }

  onEnd(error: DsrError): void {
    this.#ended ??= error;
  }

  async #exchange(body: RequestBody): ReturnType<Link["request"]> {
    if (this.#ended !== undefined) throw this.#ended;
    return this.#link.request(body);
  }
}
