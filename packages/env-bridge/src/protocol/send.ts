// Sends the parts of one message over a WebSocket without joining them: each part is a fragment of the message, and all
// leave in one write. Knows nothing about what is in them.
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { MessageParts } from "./writer.js";

/** A WebSocket and the stream below it. */
export interface Wire {
  readonly webSocket: WebSocket;
  readonly stream: Duplex;
}

/** Sends one binary message; `sent` is called when its last byte has left this process, or when it cannot. */
export function sendParts(wire: Wire, parts: MessageParts, sent?: (error?: Error) => void): void {
  const last = parts.length - 1;
  wire.stream.cork();
  try {
    for (let i = 0; i <= last; i++) {
      const part = parts[i];
      if (part !== undefined)
        wire.webSocket.send(part, { binary: true, fin: i === last }, i === last ? sent : undefined);
    }
  } finally {
    wire.stream.uncork();
  }
}
