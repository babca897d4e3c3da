// The client's front door: connects to a server and opens sessions on it.
// Knows nothing about how requests survive a lost connection; the link does.
import { randomUUID } from "node:crypto";
import type { Observable } from "rxjs";
import type { AutoresetMode } from "../contract/environment.js";
import { InputError } from "../contract/errors.js";
import { type Random, createRandom } from "../contract/random.js";
import type { SpaceRecord, SpaceValue } from "../contract/spaces.js";
import type { HelloMessage, OpenedMessage, SessionMode } from "../protocol/messages.js";
import { checkToken } from "../protocol/token.js";
import { type ReconnectOptions, defaultReconnect } from "./backoff.js";
import { type ConnectionState, Link, expectReply } from "./link.js";
import { RealtimeSession } from "./realtime-session.js";
import { RemoteEnvironment } from "./remote-environment.js";
import { RemoteVectorEnvironment } from "./remote-vector-environment.js";

/** How to connect. */
export interface EnvClientOptions {
  readonly token?: string | undefined;
  /** For one answer, over all reconnections; 11 minutes unless given, so that slow environments may start. */
  readonly requestTimeoutMs?: number | undefined;
  /** Waits between attempts; parts left out take their defaults. `attempts: 0` never connects again. */
  readonly reconnect?: Partial<ReconnectOptions> | undefined;
  /** Time between pings, 15 s unless given; a server that answers two with silence is gone. */
  readonly heartbeatMs?: number | undefined;
  readonly handshakeTimeoutMs?: number | undefined;
  /** Largest message that is read; 256 MiB unless given. */
  readonly maxMessageBytes?: number | undefined;
  /** For the jitter of reconnection. */
  readonly random?: Random | undefined;
}

/** Which environment to open; the server's first unless named. */
export interface OpenSessionOptions {
  readonly environment?: string | undefined;
  /** The environment's own settings. */
  readonly options?: SpaceRecord | undefined;
}

export interface OpenVectorOptions extends OpenSessionOptions {
  readonly count: number;
  /** `next-step` unless given, as in Gymnasium. */
  readonly autoreset?: AutoresetMode | undefined;
}

export interface OpenRealtimeOptions extends OpenSessionOptions {
  /** Ticks a second; the spec's unless given. */
  readonly tickRate?: number | undefined;
  /** What to do before the first action; the spec's `metadata.noop` or zero unless given. */
  readonly idleAction?: SpaceValue | undefined;
  /** Frames that may be under way unacknowledged; 4 unless given. */
  readonly window?: number | undefined;
}

const defaultWindow = 4;

/** A connection to an environment server. */
export class EnvClient {
  readonly #link: Link;

  private constructor(link: Link) {
    this.#link = link;
  }

  /**
   * Connects and waits for the handshake.
   * @throws InputError (`invalid-argument`, `protocol-version`, `unauthorized`) or InfrastructureError (`disconnected`)
   */
  static async connect(url: string, options: EnvClientOptions = {}): Promise<EnvClient> {
    if (!/^wss?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
      throw new InputError(`url: expected one like ws://127.0.0.1:8765, found '${url}'`);
    }
    checkToken(options.token);
    const link = await Link.connect(url, {
      token: options.token,
      requestTimeoutMs: options.requestTimeoutMs ?? 660_000,
      reconnect: { ...defaultReconnect, ...options.reconnect },
      heartbeatMs: options.heartbeatMs ?? 15_000,
      handshakeTimeoutMs: options.handshakeTimeoutMs ?? 10_000,
      maxMessageBytes: options.maxMessageBytes ?? 268_435_456,
      random: options.random ?? createRandom(randomUUID(), "reconnect"),
    });
    return new EnvClient(link);
  }

  /** What the server said first: its environments with their default specs, and its limits. */
  get hello(): HelloMessage {
    return this.#link.hello;
  }

  /** The current state and its changes; completes when the connection is closed for good. */
  get connection$(): Observable<ConnectionState> {
    return this.#link.state$;
  }

  /** Opens a lockstep session. @throws InputError for an unknown name or bad options */
  async openSession(options: OpenSessionOptions = {}): Promise<RemoteEnvironment> {
    return new RemoteEnvironment(this.#link, await this.#open("lockstep", options));
  }

  /** Opens a session of N environments. */
  async openVectorSession(options: OpenVectorOptions): Promise<RemoteVectorEnvironment> {
    const { count, autoreset, ...rest } = options;
    return new RemoteVectorEnvironment(this.#link, await this.#open("vector", rest, { count, autoreset }));
  }

  /** Opens a session that ticks by itself after its first reset. */
  async openRealtimeSession(options: OpenRealtimeOptions = {}): Promise<RealtimeSession> {
    const { tickRate, idleAction, window = defaultWindow, ...rest } = options;
    return new RealtimeSession(this.#link, await this.#open("realtime", rest, { tickRate, idleAction, window }));
  }

  /** Closes the connection; the server closes sessions that were left open after its grace time. */
  async close(): Promise<void> {
    this.#link.close();
  }

  async #open(mode: SessionMode, options: OpenSessionOptions, settings: object = {}): Promise<OpenedMessage> {
    const { environment, options: own } = options;
    // The key makes sure that an `open` sent again after a loss finds the session it has made.
    const key = randomUUID();
    const reply = await this.#link.request({ type: "open", mode, environment, options: own, key, ...settings });
    return expectReply(reply, "opened");
  }
}
