// A WebSocket peer without manners: sends what it is told to and shows what comes back, message by message.
// Knows the codec, and none of the protocol's rules.
import { WebSocket } from "ws";
import type { SpaceValue } from "../contract/spaces.js";
import { protocolName } from "../protocol/messages.js";
import { MessageReader } from "../protocol/reader.js";
import { encodeToBuffer } from "../protocol/writer.js";

/** How to connect. */
export interface RawPeerOptions {
  readonly subprotocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A message as it came, undecided about its form. */
export type RawMessage = Readonly<Record<string, SpaceValue>>;

/** A connected peer. */
export class RawPeer {
  readonly webSocket: WebSocket;
  /** The close code, once the connection is closed. */
  readonly closed: Promise<number>;
  readonly #reader = new MessageReader();
  readonly #waiting: ((message: RawMessage) => void)[] = [];
  readonly #messages: RawMessage[] = [];

  private constructor(webSocket: WebSocket) {
    this.webSocket = webSocket;
    webSocket.on("error", () => undefined);
    webSocket.on("message", (data) => this.#deliver(this.#reader.decode(data as Buffer) as RawMessage));
    this.closed = new Promise((resolve) => webSocket.once("close", resolve));
  }

  /** Connects, without waiting for a greeting. */
  static async connect(
    url: string,
    { subprotocols = [protocolName], headers = {} }: RawPeerOptions = {},
  ): Promise<RawPeer> {
    const webSocket = new WebSocket(url, [...subprotocols], { headers, perMessageDeflate: false });
    const peer = new RawPeer(webSocket);
    await new Promise((resolve, reject) => webSocket.once("open", resolve).once("error", reject));
    return peer;
  }

  /** Sends a message as msgpack. */
  send(message: object): void {
    this.webSocket.send(encodeToBuffer(message));
  }

  /** The next message that has not been looked at yet. */
  next(): Promise<RawMessage> {
    const message = this.#messages.shift();
    return message === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(message);
  }

  /** The next message of a type; those before it are skipped. */
  async nextOf(type: string): Promise<RawMessage> {
    for (;;) {
      const message = await this.next();
      if (message.type === type) return message;
    }
  }

  /** Sends a request and waits for what comes next. */
  ask(message: object): Promise<RawMessage> {
    this.send(message);
    return this.next();
  }

  /** Ends the connection without a word. */
  terminate(): void {
    this.webSocket.terminate();
  }

  #deliver(message: RawMessage): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#messages.push(message);
    else waiting(message);
  }
}
