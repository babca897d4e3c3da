// A TCP proxy that misbehaves as networks do: cuts connections at seeded random places, or goes silent while they stay
// open. Knows nothing about what it carries.
import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";
import type { Random } from "../contract/random.js";

/** What a proxy does to its connections. */
export interface ChaosOptions {
  /** Where to forward to, such as a server's `ws://127.0.0.1:8765`. */
  readonly target: string;
  /**
   * Cuts each connection after a random number of bytes, up to twice this. Counted in bytes and not in time, so that a
   * slow machine sees the same cuts.
   */
  readonly meanBytesBetweenCuts?: number;
  /** Needed for random cuts. */
  readonly random?: Random;
}

/** A running proxy. */
export class ChaosProxy {
  readonly port: number;
  /** The target's URL, through the proxy. */
  readonly url: string;
  readonly #server: Server;
  readonly #options: ChaosOptions;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #silent = false;
  #cutting = true;
  #cuts = 0;
  #connections = 0;

  private constructor(server: Server, options: ChaosOptions) {
    this.#server = server;
    this.#options = options;
    this.port = (server.address() as AddressInfo).port;
    this.url = `ws://127.0.0.1:${this.port}`;
    server.on("connection", (client) => this.#connect(client));
  }

  /** Listens on a free port of the loopback address. */
  static async start(options: ChaosOptions): Promise<ChaosProxy> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: "127.0.0.1", port: 0 }, resolve);
    });
    return new ChaosProxy(server, options);
  }

  /** Connections that were cut so far. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Connections that were made so far. */
  get connections(): number {
    return this.#connections;
  }

  /** Cuts all open connections now. */
  cutAll(): void {
    for (const pair of this.#pairs) this.#cut(pair);
  }

  /** Stops or starts random cuts. */
  setCutting(cutting: boolean): void {
    this.#cutting = cutting;
  }

  /** Goes half-open: connections stay, new ones are accepted, but nothing is carried in either direction. */
  setSilent(silent: boolean): void {
    this.#silent = silent;
    for (const [client, upstream] of this.#pairs) {
      for (const socket of [client, upstream]) {
        if (silent) socket.pause();
        else socket.resume();
      }
    }
  }

  /** Cuts everything and stops listening. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    await closed;
  }

  #connect(client: Socket): void {
    const { hostname, port } = new URL(this.#options.target);
    const upstream = connect({ host: hostname, port: Number(port) });
    const pair = [client, upstream] as const;
    this.#connections++;
    this.#pairs.add(pair);
    let bytesLeft = this.#budget();
    const spend = (bytes: number): boolean => {
      bytesLeft -= bytes;
      if (bytesLeft >= 0 || !this.#cutting) return true;
      this.#cut(pair);
      return false;
    };
    carry(client, upstream, spend);
    carry(upstream, client, spend);
    for (const socket of pair) this.#endTogether(socket, pair);
    if (this.#silent) this.setSilent(true);
  }

  #endTogether(socket: Socket, pair: readonly [Socket, Socket]): void {
    socket.setNoDelay();
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#pairs.delete(pair);
      for (const other of pair) other.destroy();
    });
  }

  #budget(): number {
    const { meanBytesBetweenCuts, random } = this.#options;
    if (meanBytesBetweenCuts === undefined || random === undefined) return Infinity;
    return random.integer(2 * meanBytesBetweenCuts);
  }

  #cut(pair: readonly [Socket, Socket]): void {
    this.#cuts++;
    this.#pairs.delete(pair);
    for (const socket of pair) socket.resetAndDestroy();
  }
}

/** Forwards what may still pass; the piece in which the cut falls is lost whole or in part, as in real life. */
function carry(from: Socket, to: Socket, spend: (bytes: number) => boolean): void {
  from.on("data", (bytes) => {
    if (spend(bytes.length) && !to.destroyed && !to.write(bytes)) {
      from.pause();
      to.once("drain", () => from.resume());
    }
  });
}
