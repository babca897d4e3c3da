// One WebSocket of a client, from the handshake to its end.
// Knows nothing about requests, sessions or connecting again.
import type { Socket, TcpNetConnectOpts } from "node:net";
import { WebSocket } from "ws";
import { type DsrError, InfrastructureError, InputError, messageOf } from "../contract/errors.js";
import { Heartbeat } from "../protocol/heartbeat.js";
import { type HelloMessage, type ServerMessage, closeCodes, protocolName } from "../protocol/messages.js";
import { MessageReader } from "../protocol/reader.js";
import { sendFromClient } from "../protocol/send.js";
import { parseServerMessage } from "../protocol/validate.js";
import { errorFromMessage, isInputCode } from "../protocol/wire-errors.js";
import { type EncodedMessage, bytesOfParts } from "../protocol/writer.js";
import { connectWithSlabs } from "./slab-socket.js";

/** How to connect. */
export interface TransportOptions {
  readonly token: string | undefined;
  readonly handshakeTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly maxMessageBytes: number;
}

/** Who hears from a transport. */
export interface TransportListener {
  onMessage(message: ServerMessage): void;
  /** Called once, when the connection is gone; the error says why. */
  onLost(error: DsrError): void;
}

/** A connection whose server has said hello. */
export class Transport {
  readonly hello: HelloMessage;
  readonly #webSocket: WebSocket;
  #lost: DsrError | undefined;
  #listener: TransportListener | undefined;

  private constructor(webSocket: WebSocket, hello: HelloMessage) {
    this.#webSocket = webSocket;
    this.hello = hello;
  }

  /**
   * Connects and waits for the handshake.
   * @throws InputError (`protocol-version`, `unauthorized`) or InfrastructureError (`disconnected`)
   */
  static connect(url: string, options: TransportOptions): Promise<Transport> {
    return new Promise((resolve, reject) => {
      const handshake = new Handshake(url, options, { resolve, reject });
      handshake.start();
    });
  }

  /** Made by the handshake, once hello has come. */
  static established(webSocket: WebSocket, hello: HelloMessage): Transport {
    return new Transport(webSocket, hello);
  }

  /** Starts to listen; a loss that has happened meanwhile is told at once. */
  listen(listener: TransportListener): void {
    this.#listener = listener;
    if (this.#lost !== undefined) listener.onLost(this.#lost);
  }

  /** @throws InputError (`too-large`) for a message that the server would refuse */
  send(message: EncodedMessage): void {
    const bytes = bytesOfParts(message.parts);
    const { maxMessageBytes } = this.hello.limits;
    if (bytes > maxMessageBytes) {
      const text = `message: expected at most ${maxMessageBytes} bytes, found ${bytes}`;
      throw new InputError(text, { code: "too-large" });
    }
    sendFromClient(this.#webSocket, message);
  }

  /** Closes politely; the connection is ended when the server does not answer. */
  close(): void {
    this.#listener = undefined;
    this.#webSocket.close(1000);
    setTimeout(() => this.#webSocket.terminate(), 1000).unref();
  }

  /** Ends the connection at once. */
  terminate(): void {
    this.#webSocket.terminate();
  }

  deliver(message: ServerMessage): void {
    this.#listener?.onMessage(message);
  }

  lose(error: DsrError): void {
    this.#lost = error;
    this.#listener?.onLost(error);
  }
}

/** Owns the socket's events: before hello they decide the handshake, after it they go to the transport. */
class Handshake {
  readonly #webSocket: WebSocket;
  readonly #reader = new MessageReader();
  readonly #outcome: { resolve(transport: Transport): void; reject(error: DsrError): void };
  readonly #url: string;
  readonly #hasToken: boolean;
  readonly #timer: NodeJS.Timeout;
  readonly #heartbeat: Heartbeat;
  #transport: Transport | undefined;
  #error: DsrError | undefined;

  constructor(
    url: string,
    options: TransportOptions,
    outcome: { resolve(transport: Transport): void; reject(error: DsrError): void },
  ) {
    this.#url = url;
    this.#outcome = outcome;
    this.#hasToken = options.token !== undefined;
    this.#webSocket = openSocket(url, options);
    const late = (): void => this.#abort(disconnected(`${url}: expected a handshake in time, found none`));
    this.#timer = setTimeout(late, options.handshakeTimeoutMs);
    const silent = (): void => this.#abort(disconnected(`${url}: expected a heartbeat, found silence`));
    this.#heartbeat = new Heartbeat(this.#webSocket, options.heartbeatMs, silent);
  }

  start(): void {
    this.#webSocket.binaryType = "fragments";
    this.#webSocket.on("open", () => this.#heartbeat.start());
    this.#webSocket.on("message", (data) => this.#receive(data as Buffer[]));
    this.#webSocket.on("error", (error) => (this.#error ??= socketError(this.#url, error)));
    this.#webSocket.on("close", (code, reason) => this.#onClose(code, String(reason)));
  }

  #receive(fragments: Buffer[]): void {
    this.#heartbeat.alive();
    try {
      const message = parseServerMessage(this.#reader.decode(fragments));
      if (message.type === "error" && message.id === null && message.session === null) {
        this.#error = errorFromMessage(message);
      } else if (this.#transport !== undefined) this.#transport.deliver(message);
      else this.#greet(message);
    } catch (error) {
      const text = `${this.#url}: ${messageOf(error)}`;
      this.#abort(new InfrastructureError(text, { code: "invalid-message", cause: error }));
    }
  }

  #greet(message: ServerMessage): void {
    if (message.type !== "hello" || message.protocol !== protocolName) {
      return this.#abort(wrongVersion(`${this.#url}: expected a hello of ${protocolName}, found '${message.type}'`));
    }
    if (!message.authorized) {
      const found = this.#hasToken ? "a wrong one" : "none";
      const text = `${this.#url}: expected the server's token, found ${found}`;
      return this.#abort(new InputError(text, { code: "unauthorized" }));
    }
    clearTimeout(this.#timer);
    this.#transport = Transport.established(this.#webSocket, message);
    this.#outcome.resolve(this.#transport);
  }

  #abort(error: DsrError): void {
    this.#error = error;
    this.#webSocket.terminate();
  }

  #onClose(code: number, reason: string): void {
    clearTimeout(this.#timer);
    this.#heartbeat.stop();
    const error = this.#error ?? closeError(this.#url, code, reason);
    if (this.#transport === undefined) this.#outcome.reject(error);
    else this.#transport.lose(error);
  }
}

/** Whether connecting again could mend a loss. */
export function mayReconnect(error: DsrError): boolean {
  return !isInputCode(error.code);
}

function openSocket(url: string, options: TransportOptions): WebSocket {
  const headers = options.token === undefined ? {} : { Authorization: `Bearer ${options.token}` };
  return new WebSocket(url, protocolName, {
    headers,
    handshakeTimeout: options.handshakeTimeoutMs,
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: false,
    followRedirects: false,
    // Encrypted connections read through TLS, which has no such choice.
    ...(url.startsWith("ws:") ? { createConnection: connectPlain } : {}),
  });
}

function connectPlain(options: object): Socket {
  return connectWithSlabs(options as TcpNetConnectOpts);
}

function socketError(url: string, error: Error): DsrError {
  if (error.message.includes("subprotocol")) return wrongVersion(`${url}: expected ${protocolName}, ${error.message}`);
  const { code } = error as { code?: string };
  const text = error.message === "" ? (code ?? "an error") : error.message;
  return disconnected(`${url}: expected a connection, found '${text}'`, error);
}

function closeError(url: string, code: number, reason: string): DsrError {
  if (code === closeCodes.tooLarge) {
    return new InputError(`${url}: expected smaller messages, found one over the limit`, { code: "too-large" });
  }
  return disconnected(`${url}: expected a connection, found it closed (${code}${reason === "" ? "" : ` ${reason}`})`);
}

function wrongVersion(text: string): InputError {
  return new InputError(text, { code: "protocol-version" });
}

/** The error for a connection that is gone. */
export function disconnected(text: string, cause?: unknown): InfrastructureError {
  return new InfrastructureError(text, { code: "disconnected", retriable: true, cause });
}
