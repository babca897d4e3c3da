// Hosts environments over WebSocket: listens, greets, and closes everything again.
// Knows nothing about the environments, nor about what is said after the greeting.
import { type IncomingMessage, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type Observable, Subject } from "rxjs";
import { type WebSocket, WebSocketServer } from "ws";
import type { EnvironmentFactory } from "../contract/environment.js";
import { InputError, messageOf } from "../contract/errors.js";
import { type EnvironmentInfo, type HelloMessage, closeCodes, protocolName } from "../protocol/messages.js";
import { errorMessage } from "../protocol/wire-errors.js";
import { MessageWriter, encodeToBuffer } from "../protocol/writer.js";
import { bearerToken, checkExposure, isAllowedOrigin, sameSecret } from "./authorization.js";
import { Connection, type ConnectionContext } from "./connection.js";
import { type ServerEvent, type ServerStats, newCounters } from "./events.js";
import { GuardedEnvironment } from "./guarded-environment.js";
import { type IsolatedFactory, isIsolatedFactory, isolate } from "./isolated-factory.js";
import { type ServerLimits, type ServerLimitsInput, serverLimits } from "./limits.js";
import { SessionRegistry } from "./session-registry.js";

/** How to listen. */
export interface EnvServerOptions {
  /** Environments by name; the first is the default. Isolated ones run in a process of their own each. */
  readonly factories: readonly (EnvironmentFactory | IsolatedFactory)[];
  /** 127.0.0.1 unless given; an address that others can reach demands a token. */
  readonly host?: string | undefined;
  /** 0 (any free port) unless given. */
  readonly port?: number | undefined;
  readonly token?: string | undefined;
  readonly limits?: ServerLimitsInput | undefined;
  /**
   * Whether to make each environment once at the start, to tell its spec in the handshake (the default). Without it,
   * only the reply to `open` tells the spec, and slow environments start later.
   */
  readonly describeEnvironments?: boolean | undefined;
}

const serverVersion = "0.1.0";
/** Messages somewhat over the limit still get a typed answer; far over it the connection is closed with 1009. */
const oversizeFactor = 2;

/** A listening server. */
export class EnvServer {
  readonly host: string;
  readonly port: number;
  /** Where clients connect: `ws://host:port`. */
  readonly url: string;
  /** What happens, for logs and metrics. */
  readonly events$: Observable<ServerEvent>;
  readonly #http: Server;
  readonly #webSockets: WebSocketServer;
  readonly #context: ConnectionContext;
  readonly #connections = new Set<Connection>();
  #numbered = 0;
  #closing: Promise<void> | undefined;

  private constructor(http: Server, host: string, context: ConnectionContext) {
    this.#http = http;
    this.#context = context;
    this.host = host;
    this.port = (http.address() as AddressInfo).port;
    this.url = `ws://${host.includes(":") ? `[${host}]` : host}:${this.port}`;
    this.events$ = context.events.asObservable();
    this.#webSockets = createWebSocketServer(context.limits);
    http.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /**
   * Starts to listen.
   * @throws InputError for a port in use, an exposed address without a token, equal names or limits out of range;
   * InfrastructureError when an environment cannot be made
   */
  static async listen(options: EnvServerOptions): Promise<EnvServer> {
    const { host = "127.0.0.1", port = 0, token } = options;
    const limits = serverLimits(options.limits);
    checkExposure(host, token);
    const factories = options.factories.map((factory) => (isIsolatedFactory(factory) ? isolate(factory) : factory));
    checkNames(factories);
    const http = await listenOn(host, port, limits);
    try {
      const describe = options.describeEnvironments ?? true;
      const environments = await Promise.all(factories.map((factory) => infoOf(factory, limits, describe)));
      return new EnvServer(http, host, createContext({ factories, environments, limits, token }));
    } catch (error) {
      http.close();
      throw error;
    }
  }

  /** Counts of what happened and of what is open. */
  stats(): ServerStats {
    const { sessions, detached } = this.#context.registry.counts();
    return { connections: this.#connections.size, sessions, detachedSessions: detached, ...this.#context.counters };
  }

  /** Closes all connections, sessions and environments. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    const listening = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    for (const connection of this.#connections) connection.close(closeCodes.goingAway, "server closed");
    await this.#context.registry.closeAll();
    this.#http.closeAllConnections();
    const connections = [...this.#connections];
    for (const connection of connections) connection.terminate("server closed");
    await Promise.all([listening, ...connections.map(({ closed }) => closed)]);
    this.#context.events.complete();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    if (this.#closing !== undefined || !isAllowedOrigin(request.headers.origin, this.host)) {
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => this.#greet(webSocket, request, socket));
  }

  #greet(webSocket: WebSocket, request: IncomingMessage, stream: Duplex): void {
    if (webSocket.protocol !== protocolName) return rejectVersion(webSocket);
    if (this.#connections.size >= this.#context.limits.maxConnections) return this.#rejectCrowd(webSocket);
    const found = bearerToken(request.headers.authorization);
    const { token } = this.#context;
    const authorized = token === undefined || (found !== undefined && sameSecret(token, found));
    const connection = new Connection({ webSocket, stream }, this.#context, { number: ++this.#numbered, authorized });
    this.#connections.add(connection);
    webSocket.on("close", () => this.#connections.delete(connection));
    connection.start();
    if (!authorized && found !== undefined) connection.rejectUnauthorized("a wrong one");
  }

  #rejectCrowd(webSocket: WebSocket): void {
    const text = `connections: expected at most ${this.#context.limits.maxConnections}, found one more`;
    const message = { ...errorMessage(new InputError(text)), code: "too-many-sessions", retriable: true };
    rejectWith(webSocket, message, closeCodes.tooManyConnections);
  }
}

function createContext(parts: {
  readonly factories: readonly EnvironmentFactory[];
  readonly environments: readonly EnvironmentInfo[];
  readonly limits: ServerLimits;
  readonly token: string | undefined;
}): ConnectionContext {
  const { factories, environments, limits, token } = parts;
  const shared = { limits, writer: new MessageWriter(), counters: newCounters(), events: new Subject<ServerEvent>() };
  const registry = new SessionRegistry({ ...shared, factories });
  return { ...shared, registry, token, hello: (authorized) => helloOf(authorized, environments, limits) };
}

function helloOf(authorized: boolean, environments: readonly EnvironmentInfo[], limits: ServerLimits): HelloMessage {
  return {
    type: "hello",
    protocol: protocolName,
    server: { name: "@dsr/env-bridge", version: serverVersion },
    authorized,
    environments: authorized ? [...environments] : [],
    limits: {
      maxMessageBytes: limits.maxMessageBytes,
      maxSessions: limits.maxSessions,
      maxVectorCount: limits.maxVectorCount,
      resumeGraceMs: limits.resumeGraceMs,
      stepTimeoutMs: limits.stepTimeoutMs,
      resetTimeoutMs: limits.resetTimeoutMs,
      heartbeatMs: limits.heartbeatMs,
    },
  };
}

async function infoOf(factory: EnvironmentFactory, limits: ServerLimits, describe: boolean): Promise<EnvironmentInfo> {
  const { name, description } = factory;
  if (!describe) return { name, description };
  const environment = await GuardedEnvironment.create(factory, {}, limits);
  const { spec } = environment;
  await environment.close();
  return { name, description, spec };
}

function checkNames(factories: readonly EnvironmentFactory[]): void {
  if (factories.length === 0) throw new InputError("factories: expected at least one, found none");
  const names = factories.map((factory) => factory.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new InputError(`factories: expected different names, found '${twice}' twice`);
}

function createWebSocketServer(limits: ServerLimits): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxMessageBytes * oversizeFactor,
    // Another version is accepted as far as the WebSocket goes, so that it can be told why it is refused.
    handleProtocols: (offered) => (offered.has(protocolName) ? protocolName : ([...offered][0] ?? false)),
  });
}

function rejectVersion(webSocket: WebSocket): void {
  const found = webSocket.protocol === "" ? "none" : `'${webSocket.protocol.slice(0, 40)}'`;
  const text = `subprotocol: expected '${protocolName}', found ${found}`;
  rejectWith(webSocket, errorMessage(new InputError(text, { code: "protocol-version" })), closeCodes.protocolVersion);
}

function rejectWith(webSocket: WebSocket, message: { readonly code: string }, closeCode: number): void {
  webSocket.on("error", () => webSocket.terminate());
  webSocket.send(encodeToBuffer(message));
  webSocket.close(closeCode, message.code);
  setTimeout(() => webSocket.terminate(), 2000).unref();
}

function listenOn(host: string, port: number, limits: ServerLimits): Promise<Server> {
  const { handshakeTimeoutMs } = limits;
  const http = createServer(
    { headersTimeout: handshakeTimeoutMs, requestTimeout: handshakeTimeoutMs, connectionsCheckingInterval: 1000 },
    (request, response) => {
      const healthy = request.method === "GET" && request.url === "/healthz";
      response.writeHead(healthy ? 200 : 426, { "content-type": "text/plain", connection: "close" });
      response.end(healthy ? "OK\n" : `expected a WebSocket with subprotocol ${protocolName}\n`);
    },
  );
  return new Promise((resolve, reject) => {
    http.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    http.listen({ host, port }, () => resolve(http));
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): InputError {
  const found = error.code === "EADDRINUSE" ? "it in use" : messageOf(error);
  return new InputError(`port ${port} on ${host}: expected to listen on it, found ${found}`, { cause: error });
}
