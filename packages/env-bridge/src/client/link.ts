// A connection that comes back: requests wait in it until they are answered, however often it is lost in between.
// Knows nothing about environments; sessions are whoever wants to be resumed.
import { performance } from "node:perf_hooks";
import { BehaviorSubject, type Observable } from "rxjs";
import { type DsrError, InfrastructureError, InputError } from "../contract/errors.js";
import type { Random } from "../contract/random.js";
import type { ErrorMessage, HelloMessage, ServerMessage } from "../protocol/messages.js";
import { errorFromMessage } from "../protocol/wire-errors.js";
import { type EncodedMessage, MessageWriter } from "../protocol/writer.js";
import { type ReconnectOptions, reconnectDelay } from "./backoff.js";
import { Transport, type TransportOptions, disconnected, mayReconnect } from "./transport.js";

/** How a client stands with its server. */
export type ConnectionState =
  | { readonly status: "connected" }
  | { readonly status: "reconnecting"; readonly attempt: number; readonly delayMs: number; readonly error: DsrError }
  /** For good; with the error that ended it, unless it was closed on purpose. */
  | { readonly status: "closed"; readonly error?: DsrError };

/** A session as the link sees it. */
export interface LinkedSession {
  readonly id: string;
  readonly resumeToken: string;
  /** Hears what belongs to the session and answers no request. */
  onMessage(message: ServerMessage): void;
  /** The session is over; nothing more will come. `isFailure` is false when the client was closed on purpose. */
  onEnd(error: DsrError, isFailure: boolean): void;
}

export interface LinkOptions extends TransportOptions {
  readonly requestTimeoutMs: number;
  readonly reconnect: ReconnectOptions;
  readonly random: Random;
}

/** A request before the link has put its id on it. */
export interface RequestBody {
  readonly type: string;
  readonly session?: string;
  readonly [field: string]: unknown;
}

interface PendingRequest {
  readonly encoded: EncodedMessage;
  readonly session: string | undefined;
  readonly type: string;
  readonly deadline: number;
  resolve(message: ServerMessage): void;
  reject(error: DsrError): void;
}

/** Requests and sessions over a connection that may break. */
export class Link {
  readonly #url: string;
  readonly #options: LinkOptions;
  readonly #writer = new MessageWriter();
  readonly #pending = new Map<number, PendingRequest>();
  readonly #sessions = new Map<string, LinkedSession>();
  readonly #state = new BehaviorSubject<ConnectionState>({ status: "connected" });
  #transport: Transport;
  #ready = true;
  #nextId = 1;
  #ended: DsrError | undefined;
  #wake: (() => void) | undefined;
  #sweepTimer: NodeJS.Timeout | undefined;

  private constructor(url: string, options: LinkOptions, transport: Transport) {
    this.#url = url;
    this.#options = options;
    this.#transport = transport;
    this.#listen(transport);
  }

  /**
   * Connects. Failures that may pass (a handshake cut off, say) are tried again as after a loss; a refused connection,
   * a wrong version or a wrong token fail at once.
   */
  static async connect(url: string, options: LinkOptions): Promise<Link> {
    for (let attempt = 1; ; attempt++) {
      try {
        return new Link(url, options, await Transport.connect(url, options));
      } catch (error) {
        const passing = mayReconnect(error as DsrError) && !isUnreachable(error as DsrError);
        if (!passing || attempt > options.reconnect.attempts) throw error;
        await new Promise((resolve) => setTimeout(resolve, reconnectDelay(attempt, options.reconnect, options.random)));
      }
    }
  }

  get hello(): HelloMessage {
    return this.#transport.hello;
  }

  get state$(): Observable<ConnectionState> {
    return this.#state.asObservable();
  }

  /** Sends a request, again after every loss, until it is answered. @throws DsrError as the server says */
  request(body: RequestBody): Promise<ServerMessage> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended);
      const id = this.#nextId++;
      const { type, ...rest } = body;
      const encoded = this.#writer.encode({ type, id, ...rest });
      const deadline = performance.now() + this.#options.requestTimeoutMs;
      this.#pending.set(id, { type, encoded, session: body.session, deadline, resolve, reject });
      this.#sweepLater();
      if (this.#ready) this.#trySend(id, encoded);
    });
  }

  /** Sends what is not answered; lost when there is no connection. */
  notify(message: object): void {
    if (this.#ready) this.#transport.send(this.#writer.encode(message));
  }

  /** Keeps a session alive over losses. */
  addSession(session: LinkedSession): void {
    this.#sessions.set(session.id, session);
  }

  removeSession(session: LinkedSession): void {
    this.#sessions.delete(session.id);
  }

  /** Ends the connection and everything on it. */
  close(): void {
    if (this.#ended !== undefined) return;
    this.#end(new InfrastructureError(`${this.#url}: the client was closed`, { code: "disconnected" }), false);
    this.#transport.close();
  }

  #listen(transport: Transport): void {
    transport.listen({
      onMessage: (message) => this.#onMessage(message),
      onLost: (error) => this.#onLost(transport, error),
    });
  }

  #onMessage(message: ServerMessage): void {
    if (message.type === "error") return this.#onError(message);
    if (message.type === "frame") return this.#sessions.get(message.session)?.onMessage(message);
    if (message.type !== "hello") this.#take(message.id)?.resolve(message);
  }

  #onError(message: ErrorMessage): void {
    const error = errorFromMessage(message);
    const pending = message.id === null ? undefined : this.#take(message.id);
    pending?.reject(error);
    // Whoever resumes knows best what it means that it failed.
    if (pending?.type === "resume") return;
    const session = message.session === null ? undefined : this.#sessions.get(message.session);
    if (message.sessionEnded && session !== undefined) this.#endSession(session, error);
    else if (message.id === null) session?.onMessage(message);
  }

  #take(id: number): PendingRequest | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    return pending;
  }

  #endSession(session: LinkedSession, error: DsrError): void {
    this.#sessions.delete(session.id);
    for (const [id, pending] of this.#pending) if (pending.session === session.id) this.#take(id)?.reject(error);
    session.onEnd(error, true);
  }

  #trySend(id: number, encoded: EncodedMessage): void {
    try {
      this.#transport.send(encoded);
    } catch (error) {
      this.#take(id)?.reject(error as DsrError);
    }
  }

  /** One timer serves all requests; a timer for each would cost more than sending it. */
  #sweepLater(): void {
    this.#sweepTimer ??= setTimeout(() => this.#sweep(), Math.max(10, this.#options.requestTimeoutMs / 20)).unref();
  }

  #sweep(): void {
    this.#sweepTimer = undefined;
    const now = performance.now();
    for (const [id, { type, deadline }] of this.#pending) {
      if (now < deadline) continue;
      const text = `request '${type}': expected an answer within ${this.#options.requestTimeoutMs} ms, found none`;
      this.#take(id)?.reject(new InfrastructureError(text, { code: "timeout", retriable: true }));
    }
    if (this.#pending.size > 0) this.#sweepLater();
  }

  #onLost(transport: Transport, error: DsrError): void {
    if (transport !== this.#transport || this.#ended !== undefined) return;
    const wasReady = this.#ready;
    this.#ready = false;
    if (!mayReconnect(error)) return this.#end(error);
    if (wasReady) void this.#reconnect(error);
    else this.#wake?.();
  }

  async #reconnect(cause: DsrError): Promise<void> {
    const { attempts } = this.#options.reconnect;
    let error = cause;
    for (let attempt = 1; attempt <= attempts && this.#ended === undefined; attempt++) {
      try {
        await this.#wait(attempt, error);
        if (await this.#connectAgain()) return;
      } catch (failure) {
        error = failure as DsrError;
        if (!mayReconnect(error)) return this.#end(error);
      }
    }
    this.#end(
      disconnected(`${this.#url}: expected to connect again in ${attempts} attempts, found '${error.message}'`),
    );
  }

  async #wait(attempt: number, error: DsrError): Promise<void> {
    const delayMs = reconnectDelay(attempt, this.#options.reconnect, this.#options.random);
    this.#state.next({ status: "reconnecting", attempt, delayMs, error });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  /** Connects, resumes all sessions and sends again what is unanswered. Tells whether the connection outlived that. */
  async #connectAgain(): Promise<boolean> {
    if (this.#ended !== undefined) return true;
    const transport = await Transport.connect(this.#url, this.#options);
    if (this.#hasEnded()) {
      transport.close();
      return true;
    }
    this.#transport = transport;
    const lost = new Promise<false>((resolve) => (this.#wake = () => resolve(false)));
    this.#listen(transport);
    const ids = new Set<number>();
    const resumed = Promise.all([...this.#sessions.values()].map((session) => this.#resume(session, ids)));
    const timer = setTimeout(() => transport.terminate(), this.#options.handshakeTimeoutMs);
    const outcome = await Promise.race([lost, resumed.then(() => true as const)]);
    clearTimeout(timer);
    this.#wake = undefined;
    for (const id of ids) this.#take(id);
    if (!outcome || this.#hasEnded()) return this.#hasEnded();
    this.#ready = true;
    this.#state.next({ status: "connected" });
    for (const [id, { encoded }] of this.#pending) this.#trySend(id, encoded);
    return true;
  }

  /** Never rejects: a session that cannot be resumed ends, and a lost connection shows elsewhere. */
  async #resume(session: LinkedSession, ids: Set<number>): Promise<void> {
    const id = this.#nextId++;
    ids.add(id);
    const { id: name, resumeToken } = session;
    const encoded = this.#writer.encode({ type: "resume", id, session: name, resumeToken });
    try {
      await new Promise<ServerMessage>((resolve, reject) => {
        this.#pending.set(id, { type: "resume", encoded, session: undefined, deadline: Infinity, resolve, reject });
        this.#trySend(id, encoded);
      });
    } catch (error) {
      this.#endSession(session, lostSession(name, error as DsrError));
    }
  }

  #hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  #end(error: DsrError, isFailure = true): void {
    this.#ended = error;
    this.#ready = false;
    clearTimeout(this.#sweepTimer);
    for (const id of this.#pending.keys()) this.#take(id)?.reject(error);
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of sessions) session.onEnd(error, isFailure);
    this.#wake?.();
    this.#state.next(isFailure ? { status: "closed", error } : { status: "closed" });
    this.#state.complete();
  }
}

function isUnreachable(error: DsrError): boolean {
  const { code } = (error.cause ?? {}) as { code?: string };
  return code === "ECONNREFUSED" || code === "ENOTFOUND" || code === "EAI_AGAIN";
}

function lostSession(name: string, cause: DsrError): InfrastructureError {
  if (cause.code === "disconnected") return cause as InfrastructureError;
  return disconnected(`session ${name}: expected to resume it, found '${cause.message}'`, cause);
}

/** The answer to a request, when it is of the type that belongs to it. */
export function expectReply<T extends ServerMessage["type"]>(
  message: ServerMessage,
  type: T,
): Extract<ServerMessage, { type: T }> {
  if (message.type === type) return message as Extract<ServerMessage, { type: T }>;
  const text = `reply: expected '${type}', found '${message.type}'`;
  throw new InfrastructureError(text, { code: "invalid-message", cause: new InputError(text) });
}
