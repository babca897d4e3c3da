// A TCP socket that reads into large slabs, one after the other, so that a whole message usually lies in one piece.
// Without it every 64 KiB of a message are an allocation, and joining them is another; garbage collection of those costs
// more than all the rest of a round trip. Knows nothing about WebSockets.
import { type Socket, type TcpNetConnectOpts, connect } from "node:net";

const smallestRead = 65_536;
const largestRead = 262_144;
/** Reads that a slab has room for before the next one is begun. */
const readsPerSlab = 4;

/** Connects; what arrives is pushed into the stream as views of slabs, which are never written twice. */
export function connectWithSlabs(options: TcpNetConnectOpts): Socket {
  const slabs = new ReceiveSlabs();
  const socket: Socket = connect({
    ...options,
    onread: {
      buffer: () => slabs.next(),
      // False while nobody reads, which stops the socket until somebody does.
      callback: (length) => socket.push(slabs.take(length)),
    },
  });
  return socket;
}

/** Hands out room to read into, and more of it when reads come back full. */
export class ReceiveSlabs {
  #room = smallestRead;
  #slab: Buffer = Buffer.alloc(0);
  #position = 0;

  /** Room for the next read. */
  next(): Buffer {
    if (this.#slab.length - this.#position < this.#room) {
      this.#slab = Buffer.allocUnsafeSlow(this.#room * readsPerSlab);
      this.#position = 0;
    }
    return this.#slab.subarray(this.#position);
  }

  /** What the last read has brought. */
  take(length: number): Buffer {
    if (length >= this.#room) this.#room = Math.min(largestRead, this.#room * 2);
    const bytes = this.#slab.subarray(this.#position, this.#position + length);
    this.#position += length;
    return bytes;
  }
}
