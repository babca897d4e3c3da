// Starting weights as bfloat16 bytes, made piece by piece; the same seed and name give the same bytes.
// Knows nothing about files or models.
import { createHash } from "node:crypto";
import type { Initializer } from "../../graph/parameter.js";
import { countElements } from "../../graph/shape.js";
import { float32ToBfloat16 } from "../../graph/short-floats.js";
import type { StreamedTensor } from "../../safetensors/index.js";

/** Elements of one piece. */
const PIECE = 1 << 20;

/** Entries of a table of normal numbers: a power of two. */
const TABLE = 1 << 16;

/** The inverse of the normal distribution at equal steps, by Newton's method on its integral: no pair of logarithms a number. */
function normalTable(deviation: number): Uint16Array {
  const values = new Float32Array(TABLE);
  let x = -4.5;
  for (let place = 0; place < TABLE; place++) {
    const wanted = (place + 0.5) / TABLE;
    for (let step = 0; step < 50; step++) {
      const change = (normalIntegral(x) - wanted) / normalDensity(x);
      x -= Math.max(-0.5, Math.min(0.5, change));
      if (Math.abs(change) < 1e-7) break;
    }
    values[place] = x * deviation;
  }
  return float32ToBfloat16(values);
}

function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/** Abramowitz and Stegun 26.2.17; error below 7.5e-8. */
function normalIntegral(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = normalDensity(x) * series;
  return x >= 0 ? 1 - tail : tail;
}

/** Marsaglia's xorshift with four words of state (2003). */
class Xorshift {
  #x: number;
  #y: number;
  #z: number;
  #w: number;

  constructor(seed: string) {
    const digest = createHash("sha256").update(seed).digest();
    [this.#x, this.#y, this.#z] = [digest.readInt32LE(0), digest.readInt32LE(4), digest.readInt32LE(8)];
    this.#w = digest.readInt32LE(12) | 1;
  }

  /** 32 random bits. */
  next(): number {
    const t = this.#x ^ (this.#x << 11);
    [this.#x, this.#y, this.#z] = [this.#y, this.#z, this.#w];
    this.#w = this.#w ^ (this.#w >>> 19) ^ t ^ (t >>> 8);
    return this.#w;
  }
}

function* constantPieces(count: number, value: number): Generator<Uint8Array> {
  const [bits = 0] = float32ToBfloat16(Float32Array.of(value));
  const piece = new Uint16Array(Math.min(count, PIECE)).fill(bits);
  for (let done = 0; done < count; done += PIECE) yield bytesOf(piece.subarray(0, Math.min(PIECE, count - done)));
}

function* normalPieces(count: number, table: Uint16Array, random: Xorshift): Generator<Uint8Array> {
  for (let done = 0; done < count; done += PIECE) {
    const piece = new Uint16Array(Math.min(PIECE, count - done));
    for (let i = 0; i < piece.length; i += 2) {
      const bits = random.next();
      piece[i] = table[bits & (TABLE - 1)] ?? 0;
      if (i + 1 < piece.length) piece[i + 1] = table[bits >>> 16] ?? 0;
    }
    yield bytesOf(piece);
  }
}

function bytesOf(piece: Uint16Array): Uint8Array {
  return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
}

/** Makes tensors for one seed. */
export class RandomTensors {
  readonly #seed: number;
  readonly #tables = new Map<number, Uint16Array>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** A tensor that starts as its initializer says; given elements are not random and refused. */
  make(name: string, shape: readonly number[], initializer: Initializer): StreamedTensor {
    const count = countElements(shape);
    return { type: "BF16", shape, pieces: () => this.#pieces(name, count, initializer) };
  }

  #pieces(name: string, count: number, initializer: Initializer): Iterable<Uint8Array> {
    switch (initializer.kind) {
      case "zeros":
        return constantPieces(count, 0);
      case "ones":
        return constantPieces(count, 1);
      case "normal":
        return normalPieces(count, this.#table(initializer.deviation), new Xorshift(`${this.#seed}/${name}`));
      case "given":
        throw new TypeError(`weight '${name}' has elements of its own`);
    }
  }

  #table(deviation: number): Uint16Array {
    const known = this.#tables.get(deviation) ?? normalTable(deviation);
    this.#tables.set(deviation, known);
    return known;
  }
}
