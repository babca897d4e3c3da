// An environment at the other end of a connection, with the contract's own interface.
// Knows nothing about sockets; the link brings requests there and answers back.
import { type Observable, Subject } from "rxjs";
import type { Environment, EnvironmentSpec, ResetOptions } from "../contract/environment.js";
import type { ResetResult, StepResult } from "../contract/environment.js";
import { type DsrError, InputError } from "../contract/errors.js";
import { seedText } from "../contract/random.js";
import type { SpaceValue } from "../contract/spaces.js";
import type { OpenedMessage, Timings } from "../protocol/messages.js";
import { type Link, type LinkedSession, type RequestBody, expectReply } from "./link.js";

/** What a reset or step returned, in the order of the calls. */
export type RemoteResult = ({ readonly type: "reset" } & ResetResult) | ({ readonly type: "step" } & StepResult);

/** Seed and task as they travel: seeds as text, since real ones exceed 2^53. */
export function resetFields(options: ResetOptions): { seed?: string; task?: string } {
  const { seed, task } = options;
  return { ...(seed === undefined ? {} : { seed: seedText(seed) }), ...(task === undefined ? {} : { task }) };
}

/** A lockstep session. Arrays of its results are views of the received message and stay valid. */
export class RemoteEnvironment implements Environment, LinkedSession {
  readonly id: string;
  readonly resumeToken: string;
  readonly spec: EnvironmentSpec;
  /** Every result, as it is returned; completes when the session ends, however it does. */
  readonly frames$: Observable<RemoteResult>;
  readonly #link: Link;
  readonly #frames = new Subject<RemoteResult>();
  #timings: Timings | undefined;
  #busy = false;
  #ended: DsrError | undefined;

  constructor(link: Link, opened: OpenedMessage) {
    this.#link = link;
    this.id = opened.session;
    this.resumeToken = opened.resumeToken;
    this.spec = opened.spec;
    this.frames$ = this.#frames.asObservable();
    link.addSession(this);
  }

  /** Of the last answered request, measured by the server. */
  get lastTimings(): Timings | undefined {
    return this.#timings;
  }

  /** @throws InputError as the environment does, InfrastructureError when it or the connection failed for good */
  async reset(options: ResetOptions = {}): Promise<ResetResult> {
    const message = await this.#exchange({ type: "reset", session: this.id, ...resetFields(options) });
    const { observation, info, timings } = expectReply(message, "reset-result");
    this.#timings = timings;
    const result = { observation, info };
    if (this.#frames.observed) this.#frames.next({ type: "reset", ...result });
    return result;
  }

  /** @throws InputError as the environment does, InfrastructureError when it or the connection failed for good */
  async step(action: SpaceValue): Promise<StepResult> {
    const message = await this.#exchange({ type: "step", session: this.id, action });
    const { observation, reward, terminated, truncated, info, timings } = expectReply(message, "step-result");
    this.#timings = timings;
    const result = { observation, reward, terminated, truncated, info };
    if (this.#frames.observed) this.#frames.next({ type: "step", ...result });
    return result;
  }

  /** Ends the session; does nothing when it has ended already. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#ended = new InputError(`session ${this.id}: expected an open session, found a closed one`, {
      code: "wrong-state",
    });
    await closeRemotely(this.#link, this);
    this.#frames.complete();
  }

  onMessage(): void {
    // Lockstep sessions get nothing that they have not asked for.
  }

  onEnd(error: DsrError): void {
    this.#ended ??= error;
    // The error reaches whoever calls; recorders and viewers only need to know that nothing more comes.
    this.#frames.complete();
  }

  async #exchange(body: RequestBody): ReturnType<Link["request"]> {
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#busy) {
      throw new InputError(`session ${this.id}: expected one call at a time, found a second`, { code: "wrong-state" });
    }
    this.#busy = true;
    try {
      return await this.#link.request(body);
    } finally {
      this.#busy = false;
    }
  }
}

/** Closes a session at the server; one that is gone there already counts as closed. */
export async function closeRemotely(link: Link, session: LinkedSession): Promise<void> {
  try {
    await link.request({ type: "close", session: session.id });
  } catch {
    // The server frees a session that nobody comes back for, so there is nothing left to do about it.
  } finally {
    link.removeSession(session);
  }
}
