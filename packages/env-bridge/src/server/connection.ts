// One WebSocket of a server: handshake, heartbeat, limits and the way of every message to its session.
// Knows nothing about what sessions do.
import { performance } from "node:perf_hooks";
import type { Subject } from "rxjs";
import { type DsrError, InfrastructureError, InputError } from "../contract/errors.js";
import {
  type ClientMessage,
  type HelloMessage,
  type OpenMessage,
  type ResumeMessage,
  type ServerMessage,
  closeCodes,
} from "../protocol/messages.js";
import { MessageReader } from "../protocol/reader.js";
import { type ServerWire, sendFromServer } from "../protocol/send.js";
import { parseClientMessage, requestIdOf, sessionIdOf } from "../protocol/validate.js";
import { classifyEnvironmentError, errorMessage } from "../protocol/wire-errors.js";
import { type EncodedMessage, type MessageParts, type MessageWriter, bytesOfParts } from "../protocol/writer.js";
import { sameSecret } from "./authorization.js";
import type { ServerCounters, ServerEvent } from "./events.js";
import { Heartbeat } from "../protocol/heartbeat.js";
import type { ServerLimits } from "./limits.js";
import type { SessionRegistry } from "./session-registry.js";
import type { Session, SessionPeer } from "./session.js";
import { lazyTimings } from "./timings.js";

/** What all connections of a server share. */
export interface ConnectionContext {
  readonly registry: SessionRegistry;
  readonly limits: ServerLimits;
  readonly token: string | undefined;
  readonly writer: MessageWriter;
  readonly counters: ServerCounters;
  readonly events: Subject<ServerEvent>;
  hello(authorized: boolean): HelloMessage;
}

/** Serves one peer. */
export class Connection implements SessionPeer {
  readonly number: number;
  readonly #wire: ServerWire;
  readonly #context: ConnectionContext;
  readonly #reader: MessageReader;
  readonly #sessions = new Map<string, Session>();
  readonly #heartbeat: Heartbeat;
  #authorized: boolean;
  #authorizationTimer: NodeJS.Timeout | undefined;
  #badMessages = 0;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  #closed = false;
  #reason = "closed by the peer";

  constructor(
    wire: ServerWire,
    context: ConnectionContext,
    { number, authorized }: { number: number; authorized: boolean },
  ) {
    this.number = number;
    this.#wire = wire;
    this.#context = context;
    this.#authorized = authorized;
    this.#reader = new MessageReader({ maxDepth: 32, maxValues: context.limits.maxMessageValues });
    this.closed = new Promise((resolve) => wire.webSocket.once("close", () => setImmediate(resolve)));
    this.#heartbeat = new Heartbeat(wire.webSocket, context.limits.heartbeatMs, () => this.terminate("no heartbeat"));
  }

  /** Says hello and starts to listen. */
  start(): void {
    const { webSocket } = this.#wire;
    webSocket.binaryType = "fragments";
    webSocket.on("message", (data, isBinary) => this.#receive(data as Buffer[], isBinary));
    webSocket.on("error", (error) => this.#noteSocketError(error));
    webSocket.on("close", () => this.#onClose());
    this.#heartbeat.start();
    this.#context.events.next({ type: "connection-opened", connection: this.number });
    this.sendMessage(this.#context.hello(this.#authorized));
    if (!this.#authorized) this.#awaitAuthorization();
  }

  send(message: EncodedMessage, sent?: () => void): void {
    const { maxBufferedBytes } = this.#context.limits;
    const waiting = this.#wire.webSocket.bufferedAmount;
    if (waiting > 0 && waiting + bytesOfParts(message.parts) > maxBufferedBytes) {
      this.terminate(`expected at most ${maxBufferedBytes} unread bytes, found more`);
    }
    sendFromServer(this.#wire, message, sent);
  }

  /** Encodes and sends a message. */
  sendMessage(message: ServerMessage): void {
    this.send(this.#context.writer.encode(message));
  }

  /** Closes politely, and not so when the peer does not answer. */
  close(code: number, reason: string): void {
    this.#reason = reason;
    this.#wire.webSocket.close(code, reason.slice(0, 100));
    setTimeout(() => this.terminate(reason), 2000).unref();
  }

  /** Ends the connection at once. */
  terminate(reason: string): void {
    if (this.#closed) return;
    this.#reason = reason;
    this.#wire.webSocket.terminate();
  }

  #receive(fragments: Buffer[], isBinary: boolean): void {
    const receivedAt = performance.now();
    this.#heartbeat.alive();
    if (this.#wire.webSocket.readyState !== this.#wire.webSocket.OPEN) return;
    let value: unknown;
    try {
      if (!isBinary) throw badMessage("message: expected a binary frame, found a text frame");
      this.#checkSize(fragments);
      const decoded = this.#reader.decode(fragments);
      value = decoded;
      this.#route(parseClientMessage(decoded), receivedAt);
    } catch (error) {
      this.#refuse(error, value);
    }
  }

  #checkSize(fragments: MessageParts): void {
    const { maxMessageBytes } = this.#context.limits;
    const bytes = bytesOfParts(fragments);
    if (bytes <= maxMessageBytes) return;
    throw new InputError(`message: expected at most ${maxMessageBytes} bytes, found ${bytes}`, { code: "too-large" });
  }

  #route(message: ClientMessage, receivedAt: number): void {
    if (!this.#authorized && !this.#authorize(message)) return;
    switch (message.type) {
      case "step":
      case "reset":
      case "vector-step":
      case "vector-reset":
        return this.#session(message.session).submit(message, receivedAt);
      case "act":
        return this.#session(message.session).act(message.action);
      case "acknowledge":
        return this.#session(message.session).program.acknowledge?.(message.frame);
      case "open":
        return void this.#answering(message, () => this.#open(message, receivedAt));
      case "resume":
        return void this.#answering(message, () => this.#resume(message, receivedAt));
      case "close":
        return void this.#answering(message, () => this.#closeSession(message, receivedAt));
    }
  }

  #session(id: string): Session {
    const session = this.#sessions.get(id);
    if (session !== undefined && session.peer === this) return session;
    throw new InfrastructureError(`session ${id}: expected a session of this connection, found none`, {
      code: "session-not-found",
    });
  }

  #authorize(message: ClientMessage): boolean {
    const { token } = this.#context;
    const found = message.type === "open" || message.type === "resume" ? message.token : undefined;
    if (token !== undefined && found !== undefined && sameSecret(token, found)) {
      this.#authorized = true;
      clearTimeout(this.#authorizationTimer);
      return true;
    }
    this.rejectUnauthorized(found === undefined ? "none" : "a wrong one", requestIdOf(message));
    return false;
  }

  /** Tells the peer that its token is not the right one, and closes. */
  rejectUnauthorized(found: string, id: number | null = null): void {
    const error = new InputError(`token: expected the server's token, found ${found}`, { code: "unauthorized" });
    this.#noteRefusal(error);
    this.sendMessage(errorMessage(error, { id }));
    this.close(closeCodes.unauthorized, "unauthorized");
  }

  #awaitAuthorization(): void {
    const late = (): void => this.close(closeCodes.handshakeTimeout, "no authorization in time");
    this.#authorizationTimer = setTimeout(late, this.#context.limits.handshakeTimeoutMs);
  }

  async #open(message: OpenMessage, receivedAt: number): Promise<void> {
    const startedAt = performance.now();
    const session = await this.#context.registry.open(message);
    // Without a key nobody could ever come back for it.
    if (this.#closed && message.key === undefined) return this.#context.registry.close(session, "its client has gone");
    this.#take(session);
    if (this.#closed) return this.#context.registry.detach(session, this);
    const timings = lazyTimings(startedAt - receivedAt, performance.now() - startedAt);
    this.sendMessage(session.openedMessage(message.id, timings));
  }

  async #resume(message: ResumeMessage, receivedAt: number): Promise<void> {
    const session = this.#context.registry.find(message);
    this.#take(session);
    this.#context.events.next({ type: "session-resumed", session: session.id });
    const timings = lazyTimings(performance.now() - receivedAt, 0);
    const { id, lastRequestId } = session;
    this.sendMessage({ type: "resumed", id: message.id, session: id, lastRequestId, timings });
  }

  #take(session: Session): void {
    this.#context.registry.attach(session, this);
    this.#sessions.set(session.id, session);
  }

  async #closeSession(message: { readonly id: number; readonly session: string }, receivedAt: number): Promise<void> {
    const session = this.#session(message.session);
    const startedAt = performance.now();
    this.#sessions.delete(session.id);
    await this.#context.registry.close(session, "closed by its client");
    const timings = lazyTimings(startedAt - receivedAt, performance.now() - startedAt);
    this.sendMessage({ type: "closed", id: message.id, session: message.session, timings });
  }

  async #answering(message: ClientMessage, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#refuse(error, message);
    }
  }

  /** Answers what cannot be done; only malformed messages count against the connection. */
  #refuse(thrown: unknown, value: unknown): void {
    const error = classifyEnvironmentError(thrown, "server");
    const sessionEnded = error.code === "session-not-found";
    this.#noteRefusal(error);
    this.sendMessage(errorMessage(error, { id: requestIdOf(value), session: sessionIdOf(value), sessionEnded }));
    if (error.code !== "invalid-message" && error.code !== "too-large") return;
    this.#context.counters.badMessages++;
    if (++this.#badMessages >= this.#context.limits.maxBadMessages) {
      this.close(closeCodes.badMessages, "too many malformed messages");
    }
  }

  #noteRefusal({ code, message }: DsrError): void {
    this.#context.events.next({ type: "message-refused", connection: this.number, code, message });
  }

  #noteSocketError(error: Error): void {
    this.#reason = error.message;
    const tooLarge = (error as { code?: string }).code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
    const code = tooLarge ? "too-large" : "invalid-message";
    this.#context.counters.badMessages++;
    this.#context.events.next({ type: "message-refused", connection: this.number, code, message: error.message });
  }

  #onClose(): void {
    this.#closed = true;
    this.#heartbeat.stop();
    clearTimeout(this.#authorizationTimer);
    for (const session of this.#sessions.values()) this.#context.registry.detach(session, this);
    this.#sessions.clear();
    this.#context.events.next({ type: "connection-closed", connection: this.number, reason: this.#reason });
  }
}

function badMessage(text: string): InputError {
  return new InputError(text, { code: "invalid-message" });
}
