// Puts one message on a WebSocket without joining its parts first.
// Knows nothing about what is in them.
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { type EncodedMessage, bytesOfParts, joinParts } from "./writer.js";

/** A server's end of a WebSocket and the stream below it. */
export interface ServerWire {
  readonly webSocket: WebSocket;
  readonly stream: Duplex;
}

type Sent = (error?: Error | null) => void;

/**
 * Sends one message from a server in a single write; `sent` is called when its last byte has left this process, or when
 * it cannot. Messages with wide elements go as one fragment a part, so that arrays arrive aligned; others as one frame.
 */
export function sendFromServer(wire: ServerWire, message: EncodedMessage, sent?: Sent): void {
  const { webSocket, stream } = wire;
  const [first] = message.parts;
  if (message.parts.length === 1 && first !== undefined) return webSocket.send(first, { binary: true }, sent);
  if (webSocket.readyState !== webSocket.OPEN) return sent?.(new Error("not connected"));
  stream.cork();
  if (message.wide) sendFragments(webSocket, message, sent);
  else writeFrame(stream, message, sent);
  stream.uncork();
}

/** Sends one message from a client, whose frames are masked and therefore copied anyway. */
export function sendFromClient(webSocket: WebSocket, message: EncodedMessage): void {
  const [first] = message.parts;
  const whole = message.parts.length === 1 && first !== undefined ? first : joinParts(message.parts);
  webSocket.send(whole, { binary: true });
}

function sendFragments(webSocket: WebSocket, { parts }: EncodedMessage, sent?: Sent): void {
  const last = parts.length - 1;
  parts.forEach((part, i) => webSocket.send(part, { binary: true, fin: i === last }, i === last ? sent : undefined));
}

/** One unmasked, final, binary frame (RFC 6455, section 5.2) whose payload is the parts. */
function writeFrame(stream: Duplex, { parts }: EncodedMessage, sent?: Sent): void {
  stream.write(frameHeader(bytesOfParts(parts)));
  const last = parts.length - 1;
  for (let i = 0; i < last; i++) stream.write(parts[i]);
  stream.write(parts[last], sent);
}

function frameHeader(length: number): Buffer {
  if (length < 126) return Buffer.of(0x82, length);
  if (length < 0x10000) return Buffer.of(0x82, 126, length >> 8, length & 0xff);
  const header = Buffer.allocUnsafe(10);
  header[0] = 0x82;
  header[1] = 127;
  header.writeUInt32BE(Math.floor(length / 0x100000000), 2);
  header.writeUInt32BE(length % 0x100000000, 6);
  return header;
}
