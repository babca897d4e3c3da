// One session: executes each request exactly once, keeps the last reply for a client that lost its connection, and
// tells its program who listens. Knows nothing about sockets or what the program does.
import { performance } from "node:perf_hooks";
import { type DsrError, InfrastructureError, InputError } from "../contract/errors.js";
import type { SpaceValue } from "../contract/spaces.js";
import type { OpenedMessage, SessionRequest, Timings } from "../protocol/messages.js";
import { classifyEnvironmentError, errorMessage } from "../protocol/wire-errors.js";
import { type EncodedMessage, type MessageWriter, copied } from "../protocol/writer.js";
import type { ServerCounters } from "./events.js";
import { isFatal } from "./guarded-environment.js";
import type { ReplyBody, SessionProgram } from "./session-program.js";
import { isPromise } from "./time-limit.js";
import { lazyTimings } from "./timings.js";

/** Whoever a session talks to. `sent` is called when the message has left, or never will. */
export interface SessionPeer {
  send(parts: EncodedMessage, sent?: () => void): void;
}

/** What a session needs from the server around it. */
export interface SessionSurroundings {
  readonly writer: MessageWriter;
  readonly counters: ServerCounters;
  /** Called once when the session has ended because its environment failed. */
  onFailure(session: Session, error: DsrError): void;
}

/** What names a session and lets its client come back to it. */
export interface SessionIdentity {
  readonly id: string;
  readonly resumeToken: string;
  readonly environment: string;
}

/** When a request came and when its execution began. */
interface RequestTimes {
  readonly receivedAt: number;
  readonly startedAt: number;
}

/** A session and its exactly-once bookkeeping. */
export class Session {
  readonly identity: SessionIdentity;
  readonly program: SessionProgram;
  readonly #surroundings: SessionSurroundings;
  #peer: SessionPeer | undefined;
  #lastId = 0;
  #lastReply: EncodedMessage | undefined;
  #running = false;
  #ended = false;
  #unsent = false;
  #sendings = 0;
  #onSent: (() => void) | undefined;

  constructor(identity: SessionIdentity, program: SessionProgram, surroundings: SessionSurroundings) {
    this.identity = identity;
    this.program = program;
    this.#surroundings = surroundings;
  }

  get id(): string {
    return this.identity.id;
  }

  /** Whether its environment is gone; the last reply is still kept for a client that comes back for it. */
  get ended(): boolean {
    return this.#ended;
  }

  get peer(): SessionPeer | undefined {
    return this.#peer;
  }

  get lastRequestId(): number {
    return this.#lastId;
  }

  /** Hands the session to a connection. */
  attach(peer: SessionPeer): void {
    this.#peer = peer;
    this.#markSent();
    this.program.setAttached?.(true);
  }

  /** Takes the session from a connection, unless another one has it already. Tells whether it did. */
  detach(peer: SessionPeer): boolean {
    if (this.#peer !== peer) return false;
    this.#peer = undefined;
    this.#markSent();
    this.program.setAttached?.(false);
    return true;
  }

  /** The reply to `open`. */
  openedMessage(id: number, timings: Timings): OpenedMessage {
    const { spec, mode, count, autoreset, tickRate } = this.program;
    const { resumeToken, environment } = this.identity;
    return {
      type: "opened",
      id,
      session: this.id,
      resumeToken,
      mode,
      environment,
      spec,
      count,
      autoreset,
      tickRate,
      timings,
    };
  }

  /**
   * Executes a request, or repeats the reply to one that was executed before.
   * @throws InputError (`wrong-state`) for a second request in flight or an id that has passed
   */
  submit(request: SessionRequest, receivedAt: number): void {
    if (request.id === this.#lastId) return this.#repeat();
    if (this.#ended) throw endedError(this.id);
    if (request.id < this.#lastId) throw this.#wrongState(`an id above ${this.#lastId}, found ${request.id}`);
    if (this.#running) throw this.#wrongState(`request ${this.#lastId} to be answered first, found ${request.id}`);
    this.#lastId = request.id;
    this.#lastReply = undefined;
    this.#running = true;
    this.#surroundings.counters.requests++;
    if (this.#unsent) void this.#runWhenSent(request, receivedAt);
    else this.#run(request, receivedAt);
  }

  /** Takes a realtime action. @throws InputError for a session of another mode or a wrong action */
  act(action: SpaceValue): void {
    if (this.#ended) throw endedError(this.id);
    if (this.program.act === undefined) throw this.#wrongState(`a realtime session, found ${this.program.mode}`);
    this.program.act(action);
  }

  /** Sends something that answers no request, such as a frame; tells whether there was anybody to send it to. */
  push(message: object, sent: () => void): boolean {
    if (this.#peer === undefined || this.#ended) return false;
    const parts = copied(this.#surroundings.writer.encode(message));
    this.#peer.send(parts, sent);
    return true;
  }

  /** Ends the session because its environment failed, and tells the peer unless a reply will. */
  fail(error: DsrError, tellPeer = true): void {
    if (this.#ended) return;
    const message = errorMessage(error, { session: this.id, sessionEnded: true });
    if (tellPeer) this.#peer?.send(this.#surroundings.writer.encode(message));
    this.#ended = true;
    this.#surroundings.onFailure(this, error);
    void this.program.close();
  }

  /** Ends the session and frees its environment. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.program.close();
  }

  async #runWhenSent(request: SessionRequest, receivedAt: number): Promise<void> {
    await this.#untilSent();
    this.#run(request, receivedAt);
  }

  #run(request: SessionRequest, receivedAt: number): void {
    const times = { receivedAt, startedAt: performance.now() };
    try {
      const body = this.program.execute(request);
      if (isPromise(body)) void this.#finishLater(request, body, times);
      else this.#finish(request, body, times);
    } catch (error) {
      this.#finishWithError(request, error);
    }
  }

  async #finishLater(request: SessionRequest, body: Promise<ReplyBody>, times: RequestTimes): Promise<void> {
    try {
      this.#finish(request, await body, times);
    } catch (error) {
      this.#finishWithError(request, error);
    }
  }

  #finish(request: SessionRequest, body: ReplyBody, times: RequestTimes): void {
    this.#answer(this.#encodeReply(request, body, times));
  }

  #finishWithError(request: SessionRequest, error: unknown): void {
    const failure = classifyEnvironmentError(error, `environment '${this.identity.environment}', ${request.type}`);
    this.#answer(this.#encodeError(request, failure));
    if (isFatal(failure)) this.fail(failure, false);
  }

  #answer(reply: EncodedMessage): void {
    this.#running = false;
    this.#lastReply = reply;
    this.#send(reply);
  }

  #encodeReply(request: SessionRequest, body: ReplyBody, { receivedAt, startedAt }: RequestTimes): EncodedMessage {
    const { type, ...rest } = body;
    const timings = lazyTimings(startedAt - receivedAt, performance.now() - startedAt);
    try {
      const reply = this.#surroundings.writer.encode({ type, id: request.id, session: this.id, ...rest, timings });
      return this.program.copiesReplies ? copied(reply) : reply;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new InfrastructureError(`environment '${this.identity.environment}', ${request.type}: ${text}`, {
        cause: error,
      });
    }
  }

  #encodeError(request: SessionRequest, error: DsrError): EncodedMessage {
    const to = { id: request.id, session: this.id, sessionEnded: isFatal(error) };
    return this.#surroundings.writer.encode(errorMessage(error, to));
  }

  #repeat(): void {
    this.#surroundings.counters.repeatedRequests++;
    if (this.#lastReply !== undefined) this.#send(this.#lastReply);
  }

  #send(parts: EncodedMessage): void {
    if (this.#peer === undefined) return;
    this.#unsent = true;
    const ticket = ++this.#sendings;
    this.#peer.send(parts, () => {
      if (ticket === this.#sendings) this.#markSent();
    });
  }

  #markSent(): void {
    this.#unsent = false;
    this.#sendings++;
    this.#onSent?.();
    this.#onSent = undefined;
  }

  /** Replies are views of the environment's buffers, so it must not move on before they have left. */
  #untilSent(): Promise<void> {
    return new Promise((resolve) => {
      this.#onSent = resolve;
    });
  }

  #wrongState(expected: string): InputError {
    return new InputError(`session ${this.id}: expected ${expected}`, { code: "wrong-state" });
  }
}

function endedError(id: string): InfrastructureError {
  return new InfrastructureError(`session ${id}: expected an open session, found one that has ended`, {
    code: "session-not-found",
  });
}
