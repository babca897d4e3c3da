// Finds out that the other end is gone although the connection looks open, by pings that nobody answers.
// Knows nothing about messages or who the other end is.
import { performance } from "node:perf_hooks";
import type { WebSocket } from "ws";

/** Silent rounds after which the other end counts as gone. */
const roundsOfSilence = 2;

/** Pings a WebSocket at an interval and reports when nothing came back. */
export class Heartbeat {
  readonly #webSocket: WebSocket;
  readonly #intervalMs: number;
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout | undefined;
  #silentRounds = 0;
  #expectedAt = 0;

  constructor(webSocket: WebSocket, intervalMs: number, onSilence: () => void) {
    this.#webSocket = webSocket;
    this.#intervalMs = intervalMs;
    this.#onSilence = onSilence;
  }

  start(): void {
    this.#webSocket.on("pong", () => this.alive());
    this.#webSocket.on("ping", () => this.alive());
    this.#expectedAt = performance.now() + this.#intervalMs;
    this.#timer = setInterval(() => this.#beat(), this.#intervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Something came from the other end. */
  alive(): void {
    this.#silentRounds = 0;
  }

  #beat(): void {
    const lateBy = performance.now() - this.#expectedAt;
    this.#expectedAt = performance.now() + this.#intervalMs;
    // This process was busy and has not read what came meanwhile: its own fault, not the peer's.
    if (lateBy > this.#intervalMs / 2) this.#silentRounds = 0;
    if (this.#silentRounds >= roundsOfSilence) return this.#onSilence();
    this.#silentRounds++;
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.ping();
  }
}
