// Plays one raw exchange of the conformance vectors against a server's address.
// Knows nothing about which server that is.
import { request } from "node:http";
import { encodeToBuffer } from "@dsr/env-bridge";
import { RawPeer, type RawMessage } from "@dsr/env-bridge/test";
import { expect } from "vitest";
import { mismatchOf } from "./pattern.js";

type Message = Readonly<Record<string, unknown>>;

interface ConnectOptions {
  readonly subprotocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** One step: what is done, or what must come. `remember` and `same` compare the bytes of two replies. */
export type ScenarioStep =
  | { readonly connect: ConnectOptions }
  | { readonly refused: ConnectOptions }
  | { readonly send: Message }
  | { readonly sendHex: string }
  | { readonly sendText: string }
  | { readonly sendBytes: number }
  | { readonly expect: Message }
  | { readonly expectClose: number }
  | { readonly save: Readonly<Record<string, string>> }
  | { readonly framesUntil: Message }
  | { readonly until: { readonly send: Message; readonly expect: Message } }
  | { readonly drop: true }
  | { readonly quiet: true }
  | { readonly pause: true }
  | "remember"
  | "same";

export interface Scenario {
  readonly name: string;
  readonly server?: { readonly token?: string; readonly limits?: Readonly<Record<string, number>> };
  readonly steps: readonly ScenarioStep[];
}

const fence = "nobody's session";

/** Plays scenarios; every peer that it made is ended by `close`. */
export class ScenarioPlayer {
  readonly #url: string;
  readonly #peers: RawPeer[] = [];
  readonly #saved = new Map<string, unknown>([["2^63-1", 2n ** 63n - 1n]]);
  #last: RawMessage = {};
  #remembered: Buffer = Buffer.alloc(0);
  #nextId = 1_000_000;

  constructor(url: string) {
    this.#url = url;
  }

  async play(scenario: Scenario): Promise<void> {
    const [firstStep] = scenario.steps;
    const connectsItself = typeof firstStep === "object" && ("connect" in firstStep || "refused" in firstStep);
    if (!connectsItself) await this.#connect({});
    for (const [index, step] of scenario.steps.entries()) {
      try {
        await this.#do(step);
      } catch (error) {
        throw new Error(`step ${index} ${JSON.stringify(step)}: ${(error as Error).message}`, { cause: error });
      }
    }
  }

  close(): void {
    for (const peer of this.#peers) peer.terminate();
  }

  get #peer(): RawPeer {
    const peer = this.#peers.at(-1);
    if (peer === undefined) throw new Error("expected a connection, found none");
    return peer;
  }

  async #do(step: ScenarioStep): Promise<void> {
    if (step === "remember") this.#remembered = this.#bytes();
    else if (step === "same") await this.#expectSame();
    else if ("connect" in step) await this.#connect(step.connect);
    else if ("refused" in step) expect(await this.#upgradeStatus(step.refused)).toBe(403);
    else if ("send" in step) this.#peer.send(this.#filled(step.send) as object);
    else if ("sendHex" in step) this.#peer.webSocket.send(Buffer.from(step.sendHex, "hex"));
    else if ("sendText" in step) this.#peer.webSocket.send(step.sendText);
    else if ("sendBytes" in step) this.#peer.webSocket.send(Buffer.alloc(step.sendBytes));
    else if ("expect" in step) await this.#expect(step.expect);
    else if ("expectClose" in step) expect(await this.#peer.closed).toBe(step.expectClose);
    else if ("save" in step) this.#save(step.save);
    else if ("framesUntil" in step) await this.#framesUntil(step.framesUntil);
    else if ("until" in step) await this.#until(step.until);
    else if ("drop" in step) await this.#drop();
    else if ("quiet" in step) await this.#expectQuiet();
    else await this.#pause();
  }

  async #connect({ subprotocols, headers }: ConnectOptions): Promise<void> {
    const options = { ...(subprotocols && { subprotocols }), ...(headers && { headers }) };
    this.#peers.push(await RawPeer.connect(this.#url, options));
  }

  async #expect(pattern: Message): Promise<void> {
    this.#last = await this.#peer.next();
    const problem = mismatchOf(this.#filled(pattern), this.#last);
    if (problem !== undefined) throw new Error(problem);
  }

  async #expectSame(): Promise<void> {
    this.#last = await this.#peer.next();
    expect(this.#bytes().equals(this.#remembered)).toBe(true);
  }

  /** The bytes of the last message; a codec that is checked elsewhere gives equal bytes for equal messages only. */
  #bytes(): Buffer {
    return encodeToBuffer(this.#last);
  }

  #save(names: Readonly<Record<string, string>>): void {
    for (const [name, field] of Object.entries(names)) this.#saved.set(name, this.#last[field]);
  }

  /** Frames may be dropped on a slow machine; rewards and flags are not, so the last one tells the end. */
  async #framesUntil(pattern: Message): Promise<void> {
    for (;;) {
      this.#last = await this.#peer.next();
      if (mismatchOf(this.#filled(pattern), this.#last) === undefined) return;
      const { type, terminated, truncated } = this.#last;
      if (type !== "frame" || terminated === true || truncated === true) {
        throw new Error(mismatchOf(this.#filled(pattern), this.#last) ?? "");
      }
    }
  }

  /** Asks on connection after connection, for what becomes true after a while. */
  async #until({ send, expect: pattern }: { readonly send: Message; readonly expect: Message }): Promise<void> {
    for (;;) {
      const message = this.#filled({ ...send, id: this.#nextId++ });
      this.#last = await this.#peer.ask(message as object);
      if (mismatchOf(pattern, this.#last) === undefined) return;
      await this.#drop();
      await this.#connect({});
      await this.#peer.nextOf("hello");
    }
  }

  async #drop(): Promise<void> {
    const peer = this.#peer;
    peer.terminate();
    await peer.closed;
  }

  /** What was on its way comes before the answer to a question that is asked now. */
  async #expectQuiet(): Promise<void> {
    const id = this.#nextId++;
    this.#peer.send({ type: "close", id, session: fence });
    await this.#expect({ type: "error", id, code: "session-not-found" });
  }

  /** Lets the server do other things for a while. */
  async #pause(): Promise<void> {
    for (let round = 0; round < 60; round++) {
      await this.#connect({});
      await this.#peer.next();
      await this.#drop();
    }
  }

  #upgradeStatus({ headers }: ConnectOptions): Promise<number | undefined> {
    const upgrade = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
      "Sec-WebSocket-Protocol": "dsr.env.v1",
    };
    return new Promise((resolve, reject) => {
      const asked = request(this.#url.replace("ws:", "http:"), { headers: { ...upgrade, ...headers } });
      asked.once("response", (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.once("upgrade", (_, socket) => {
        socket.destroy();
        resolve(101);
      });
      asked.once("error", reject);
      asked.end();
    });
  }

  /** Puts in what was saved for texts that begin with `$`. */
  #filled(value: unknown): unknown {
    if (typeof value === "string" && value.startsWith("$")) return this.#saved.get(value.slice(1)) ?? value;
    if (Array.isArray(value)) return value.map((part: unknown) => this.#filled(part));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, this.#filled(part)]));
  }
}
