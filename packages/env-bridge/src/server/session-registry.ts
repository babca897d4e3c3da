// All sessions of a server: opens, finds, resumes and expires them.
// Knows nothing about sockets; peers are whoever sends and receives.
import { randomBytes } from "node:crypto";
import type { Subject } from "rxjs";
import type { EnvironmentFactory } from "../contract/environment.js";
import { type DsrError, InfrastructureError, InputError, unknownNameError } from "../contract/errors.js";
import type { OpenMessage, ResumeMessage } from "../protocol/messages.js";
import { classifyEnvironmentError, wireText } from "../protocol/wire-errors.js";
import type { MessageWriter } from "../protocol/writer.js";
import { sameSecret } from "./authorization.js";
import type { ServerCounters, ServerEvent } from "./events.js";
import type { ServerLimits } from "./limits.js";
import { createProgram } from "./programs.js";
import { Session, type SessionPeer, type SessionSurroundings } from "./session.js";

/** What all sessions of a server share. */
export interface RegistryContext {
  readonly factories: readonly EnvironmentFactory[];
  readonly limits: ServerLimits;
  readonly writer: MessageWriter;
  readonly counters: ServerCounters;
  readonly events: Subject<ServerEvent>;
}

/** Owns the sessions. */
export class SessionRegistry implements SessionSurroundings {
  readonly #context: RegistryContext;
  readonly #sessions = new Map<string, Session>();
  readonly #opening = new Map<string, Promise<Session>>();
  readonly #byKey = new Map<string, string>();
  readonly #expiry = new Map<string, NodeJS.Timeout>();
  #pending = 0;
  #numbered = 0;
  #closed = false;

  constructor(context: RegistryContext) {
    this.#context = context;
  }

  get writer(): MessageWriter {
    return this.#context.writer;
  }

  get counters(): ServerCounters {
    return this.#context.counters;
  }

  /** Open sessions, and how many of them have no connection. */
  counts(): { readonly sessions: number; readonly detached: number } {
    const open = [...this.#sessions.values()].filter((session) => !session.ended);
    return { sessions: open.length, detached: open.filter((session) => session.peer === undefined).length };
  }

  /**
   * Opens a session, or finds the one that the same key has opened before. It has no connection yet.
   * @throws InputError for an unknown environment or bad options, InfrastructureError when there are too many sessions
   */
  async open(message: OpenMessage): Promise<Session> {
    const { key } = message;
    if (key === undefined) return this.#create(message);
    const existing = this.#sessions.get(this.#byKey.get(key) ?? "");
    if (existing !== undefined) return existing;
    const opening = this.#opening.get(key) ?? this.#create(message);
    this.#opening.set(key, opening);
    try {
      const session = await opening;
      this.#byKey.set(key, session.id);
      return session;
    } finally {
      this.#opening.delete(key);
    }
  }

  /**
   * The session of an id whose token is known.
   * @throws InfrastructureError (`session-not-found`) for an unknown id as well as for a wrong token
   */
  find(message: Pick<ResumeMessage, "session" | "resumeToken">): Session {
    const session = this.#sessions.get(message.session);
    const matches = sameSecret(session?.identity.resumeToken ?? randomToken(), message.resumeToken);
    if (session !== undefined && matches) return session;
    throw new InfrastructureError(`session ${message.session}: expected an open session and its token, found none`, {
      code: "session-not-found",
    });
  }

  /** Gives a session to a peer and stops its expiry. */
  attach(session: Session, peer: SessionPeer): void {
    this.#stopExpiry(session.id);
    session.attach(peer);
    if (session.ended) this.#startExpiry(session);
  }

  /** Notes that a peer has gone; the session waits for it for a while. */
  detach(session: Session, peer: SessionPeer): void {
    if (!session.detach(peer) || !this.#sessions.has(session.id)) return;
    this.#context.events.next({ type: "session-detached", session: session.id });
    this.#startExpiry(session);
  }

  /** Closes a session for good. */
  async close(session: Session, reason: string): Promise<void> {
    this.#stopExpiry(session.id);
    if (!this.#sessions.delete(session.id)) return;
    for (const [key, id] of this.#byKey) if (id === session.id) this.#byKey.delete(key);
    await session.close();
    this.#context.events.next({ type: "session-closed", session: session.id, reason });
  }

  /** Closes all sessions, and refuses new ones. */
  async closeAll(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#opening.values());
    await Promise.all([...this.#sessions.values()].map((session) => this.close(session, "server closed")));
  }

  onFailure(session: Session, error: DsrError): void {
    this.#noteFailure(error, session.id, session.identity.environment);
    this.#startExpiry(session);
  }

  async #create(message: OpenMessage): Promise<Session> {
    const factory = this.#factoryOf(message.environment);
    this.#checkRoom();
    this.#pending++;
    try {
      return await this.#createFrom(factory, message);
    } catch (error) {
      throw this.#openFailure(error, factory);
    } finally {
      this.#pending--;
    }
  }

  async #createFrom(factory: EnvironmentFactory, message: OpenMessage): Promise<Session> {
    const program = await createProgram(factory, message, this.#context);
    const id = `session-${++this.#numbered}`;
    const identity = { id, resumeToken: randomToken(), environment: factory.name };
    const session = new Session(identity, program, this);
    program.bind?.(session);
    this.#sessions.set(id, session);
    this.#context.events.next({ type: "session-opened", session: id, environment: factory.name, mode: program.mode });
    return session;
  }

  #openFailure(error: unknown, factory: EnvironmentFactory): DsrError {
    const failure = classifyEnvironmentError(error, `environment '${factory.name}', create`);
    if (!(failure instanceof InputError)) this.#noteFailure(failure, null, factory.name);
    return failure;
  }

  #noteFailure(error: DsrError, session: string | null, environment: string): void {
    this.#context.counters.environmentFailures++;
    const { code, cause } = error;
    this.#context.events.next({
      type: "environment-failed",
      session,
      environment,
      code,
      message: wireText(error),
      cause,
    });
  }

  #factoryOf(name: string | undefined): EnvironmentFactory {
    const { factories } = this.#context;
    const factory = name === undefined ? factories[0] : factories.find((known) => known.name === name);
    if (factory !== undefined) return factory;
    const known = factories.map((each) => each.name);
    throw unknownNameError("environment", name ?? "", known, "unknown-environment");
  }

  #checkRoom(): void {
    const { maxSessions } = this.#context.limits;
    if (this.#closed)
      throw new InfrastructureError("server: expected it to run, found it closing", { code: "disconnected" });
    if (this.counts().sessions + this.#pending < maxSessions) return;
    throw new InfrastructureError(`sessions: expected at most ${maxSessions}, found one more`, {
      code: "too-many-sessions",
      retriable: true,
    });
  }

  #startExpiry(session: Session): void {
    this.#stopExpiry(session.id);
    const expire = (): void => void this.close(session, session.ended ? "environment failed" : "nobody came back");
    this.#expiry.set(session.id, setTimeout(expire, this.#context.limits.resumeGraceMs));
  }

  #stopExpiry(id: string): void {
    clearTimeout(this.#expiry.get(id));
    this.#expiry.delete(id);
  }
}

function randomToken(): string {
  return randomBytes(18).toString("base64url");
}
