// A line that shows how many bytes are done and how fast. On a terminal it redraws itself; elsewhere it prints every fifth.
// Knows nothing about what the bytes are.
import { duration } from "./progress-bar.js";

/** Draws progress on standard error; `end` finishes the line. */
export class ByteProgress {
  readonly #stream: NodeJS.WriteStream;
  readonly #now: () => number;
  readonly #start: number;
  #lastDrawn = -Infinity;
  #lastFifth = 0;

  constructor(stream: NodeJS.WriteStream = process.stderr, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#now = now;
    this.#start = now();
  }

  /** `what` names the file at hand. */
  show(what: string, bytes: number, totalBytes: number): void {
    const elapsed = this.#now() - this.#start;
    const text = describeBytes({ what, bytes, totalBytes, elapsed });
    if (this.#stream.isTTY) this.#redraw(text, elapsed, bytes === totalBytes);
    else this.#printFifth(text, Math.floor((5 * bytes) / Math.max(totalBytes, 1)));
  }

  end(): void {
    if (this.#stream.isTTY && this.#lastDrawn >= 0) this.#stream.write("\n");
  }

  #redraw(text: string, elapsed: number, last: boolean): void {
    if (elapsed - this.#lastDrawn < 100 && !last) return;
    this.#lastDrawn = elapsed;
    this.#stream.write(`\r\u001B[K${text.slice(0, (this.#stream.columns || 100) - 1)}`);
  }

  #printFifth(text: string, fifth: number): void {
    if (fifth === this.#lastFifth) return;
    this.#lastFifth = fifth;
    this.#stream.write(`${text}\n`);
  }
}

interface Bytes {
  readonly what: string;
  readonly bytes: number;
  readonly totalBytes: number;
  /** Milliseconds. */
  readonly elapsed: number;
}

/** `1.2 of 3.4 GB, 230 MB/s, 10s left: onnx/gsm.onnx`. */
export function describeBytes({ what, bytes, totalBytes, elapsed }: Bytes): string {
  const rate = bytes / Math.max(elapsed, 1);
  const left = bytes === totalBytes ? "" : `, ${duration((totalBytes - bytes) / Math.max(rate, 1e-9))} left`;
  return `${readableBytes(bytes)} of ${readableBytes(totalBytes)}, ${readableBytes(1000 * rate)}/s${left}: ${what}`;
}

/** `512 B`, `1.3 MB`, `18.3 GB` (powers of ten). */
export function readableBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? "B"}`;
}
