// Reads msgpack that a stranger wrote: every length is checked against the bytes at hand before anything is made of it.
// Extension types are refused, so decoding never runs code, builds classes or allocates by a claimed size.
import { InputError } from "../contract/errors.js";
import { type NdArray, ndarrayFromBytes } from "../contract/ndarray.js";
import type { SpaceValue } from "../contract/spaces.js";
import { type ArrayClaim, arrayFromClaim } from "./array-format.js";
import type { MessageParts } from "./writer.js";

/** Bounds on one message, beside its size in bytes. */
export interface DecodeLimits {
  /** Lists and records inside one another. */
  readonly maxDepth: number;
  /** Values in all lists and records together; bounds the memory a message of one-byte values can claim. */
  readonly maxValues: number;
}

/** Limits that fit vector sessions of hundreds of environments. */
export const defaultDecodeLimits: DecodeLimits = { maxDepth: 32, maxValues: 1_048_576 };

const textCacheSize = 1024;
const maxCachedText = 32;

const noParts: MessageParts = [];
const noBytes = new Uint8Array();

/** Thrown when a value lies across two parts; the message is then joined and read again. */
class PartBoundary extends Error {}

/** Decodes messages one after the other. Arrays are views of the given bytes wherever alignment allows. */
export class MessageReader {
  readonly #limits: DecodeLimits;
  readonly #texts: string[] = Array.from({ length: textCacheSize }, () => "");
  readonly #scratch = new DataView(new ArrayBuffer(8));
  #parts: MessageParts = noParts;
  #part = 0;
  #bytes: Uint8Array = noBytes;
  #position = 0;
  #valuesLeft = 0;

  constructor(limits: DecodeLimits = defaultDecodeLimits) {
    this.#limits = limits;
  }

  /**
   * Decodes one message, given whole or in parts as it came.
   * Integers beyond 2^53 become bigint, others number; bare byte strings become uint8 arrays.
   * @throws InputError (`invalid-message`) saying what was expected, found and at which byte
   */
  decode(message: Uint8Array | MessageParts): SpaceValue {
    const parts = message instanceof Uint8Array ? [message] : message;
    try {
      return this.#decodeParts(parts);
    } catch (error) {
      if (!(error instanceof PartBoundary)) throw error;
      return this.#decodeParts([Buffer.concat(parts as Uint8Array[])]);
    } finally {
      // Lest the last message is kept in memory until the next one comes.
      this.#parts = noParts;
      this.#bytes = noBytes;
    }
  }

  #decodeParts(parts: MessageParts): SpaceValue {
    this.#parts = parts;
    this.#part = 0;
    this.#bytes = parts[0] ?? noBytes;
    this.#position = 0;
    this.#valuesLeft = this.#limits.maxValues;
    const value = this.#read(0);
    if (this.#position < this.#bytes.length || this.#partsLeft()) throw this.#error("expected the end, found more");
    return value;
  }

  #read(depth: number): SpaceValue {
    const code = this.#byte();
    if (code < 0x80) return code;
    if (code < 0x90) return this.#record(code & 0x0f, depth);
    if (code < 0xa0) return this.#list(code & 0x0f, depth);
    if (code < 0xc0) return this.#text(code & 0x1f);
    if (code >= 0xe0) return code - 0x100;
    return this.#readCoded(code, depth);
  }

  #readCoded(code: number, depth: number): SpaceValue {
    switch (code) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#bareBytes(this.#uint(1 << (code - 0xc4)));
      case 0xca:
        return this.#view(4).getFloat32(0);
      case 0xcb:
        return this.#view(8).getFloat64(0);
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#uint(1 << (code - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#list(this.#uint(2 << (code - 0xdc)), depth);
      case 0xde:
      case 0xdf:
        return this.#record(this.#uint(2 << (code - 0xde)), depth);
      default:
        return this.#integer(code);
    }
  }

  #integer(code: number): number | bigint {
    switch (code) {
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(1 << (code - 0xcc));
      case 0xcf:
        return narrowed(this.#view(8).getBigUint64(0));
      case 0xd0:
        return (this.#uint(1) << 24) >> 24;
      case 0xd1:
        return (this.#uint(2) << 16) >> 16;
      case 0xd2:
        return this.#uint(4) | 0;
      case 0xd3:
        return narrowed(this.#view(8).getBigInt64(0));
      default:
        throw this.#error(`expected a value, found type code 0x${code.toString(16)} (extensions are refused)`);
    }
  }

  #list(length: number, depth: number): SpaceValue {
    this.#enter(length, length, depth);
    const list: SpaceValue[] = [];
    for (let i = 0; i < length; i++) list.push(this.#read(depth + 1));
    return list;
  }

  #record(length: number, depth: number): SpaceValue {
    this.#enter(length, 2 * length, depth);
    if (length > 0 && isBinaryCode(this.#peek())) return this.#binaryKeyed(length);
    const record: Record<string, SpaceValue> = {};
    for (let i = 0; i < length; i++) {
      const key = this.#key();
      if (key === "__proto__") throw this.#error("expected another key, found '__proto__'");
      record[key] = this.#read(depth + 1);
    }
    return record;
  }

  /** A map whose keys are byte strings is an ndarray or a NumPy scalar, or else it is refused. */
  #binaryKeyed(length: number): SpaceValue {
    const fields: { marker?: string; data?: SpaceValue | Uint8Array; dtype?: SpaceValue; shape?: SpaceValue } = {};
    for (let i = 0; i < length; i++) {
      const key = this.#binaryKey();
      if (key === "__ndarray__" || key === "__npgeneric__") {
        if (this.#read(this.#limits.maxDepth) !== true) throw this.#error(`expected true for ${key}`);
        fields.marker = key;
      } else if (key === "data") fields.data = this.#arrayData();
      else if (key === "dtype") fields.dtype = this.#read(this.#limits.maxDepth);
      else if (key === "shape") fields.shape = this.#read(this.#limits.maxDepth - 1);
      else throw this.#error(`expected the keys of an array, found '${key}'`);
    }
    return fields.marker === "__npgeneric__" ? this.#numpyScalar(fields) : this.#ndarray(fields);
  }

  #ndarray(fields: { marker?: string; data?: unknown; dtype?: unknown; shape?: unknown }): NdArray {
    const { marker, data, dtype, shape } = fields;
    const whole = marker === "__ndarray__" && data instanceof Uint8Array;
    if (!whole || typeof dtype !== "string" || !Array.isArray(shape)) {
      throw this.#error("expected __ndarray__, data (bytes), dtype (text) and shape (list), found another form");
    }
    return arrayFromClaim({ dtype, shape: shape as ArrayClaim["shape"], bytes: data });
  }

  #numpyScalar(fields: { data?: SpaceValue | Uint8Array; dtype?: SpaceValue }): SpaceValue {
    const { data, dtype } = fields;
    const plain = typeof data === "number" || typeof data === "bigint" || typeof data === "boolean";
    const kind = typeof dtype === "string" ? (dtype[1] ?? "") : "";
    if ((plain && "biuf".includes(kind) && kind !== "") || (typeof data === "string" && kind === "U")) return data;
    throw this.#error("expected a NumPy scalar of kind b, i, u, f or U, found another form");
  }

  #arrayData(): SpaceValue | Uint8Array {
    if (!isBinaryCode(this.#peek())) return this.#read(this.#limits.maxDepth);
    return this.#take(this.#uint(1 << (this.#byte() - 0xc4)));
  }

  #binaryKey(): string {
    const code = this.#byte();
    if (!isBinaryCode(code)) throw this.#error("expected byte-string keys only, found another type of key");
    return this.#text(this.#uint(1 << (code - 0xc4)));
  }

  #bareBytes(length: number): NdArray<"uint8"> {
    return ndarrayFromBytes("uint8", [length], this.#take(length));
  }

  #key(): string {
    const code = this.#byte();
    if (code >= 0xa0 && code < 0xc0) return this.#text(code & 0x1f);
    if (code === 0xd9 || code === 0xda || code === 0xdb) return this.#text(this.#uint(1 << (code - 0xd9)));
    throw this.#error(`expected a text key, found type code 0x${code.toString(16)}`);
  }

  /** The same few texts come with every message; finding them again is quicker than making new ones. */
  #text(length: number): string {
    if (length > maxCachedText) return this.#utf8(this.#take(length));
    this.#need(length);
    const bytes = this.#bytes;
    const start = this.#position;
    let hash = length;
    for (let i = start; i < start + length; i++) hash = (Math.imul(hash, 31) + (bytes[i] ?? 0)) | 0;
    const slot = (hash ^ (hash >>> 15)) & (textCacheSize - 1);
    const known = this.#texts[slot] ?? "";
    if (this.#matches(known, start, length)) {
      this.#position += length;
      return known;
    }
    const text = this.#utf8(this.#take(length));
    if (text.length === length) this.#texts[slot] = text;
    return text;
  }

  #matches(known: string, start: number, length: number): boolean {
    if (known.length !== length) return false;
    const bytes = this.#bytes;
    for (let i = 0; i < length; i++) if (known.charCodeAt(i) !== bytes[start + i]) return false;
    return true;
  }

  #utf8(bytes: Uint8Array): string {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  }

  #enter(length: number, leastBytes: number, depth: number): void {
    if (depth >= this.#limits.maxDepth) throw this.#error(`expected at most ${this.#limits.maxDepth} levels`);
    this.#valuesLeft -= length;
    if (this.#valuesLeft < 0) throw this.#error(`expected at most ${this.#limits.maxValues} values`);
    if (leastBytes > this.#bytesLeft()) throw this.#error(`expected ${length} elements, found the end`);
  }

  #bytesLeft(): number {
    let left = this.#bytes.length - this.#position;
    for (let i = this.#part + 1; i < this.#parts.length; i++) left += this.#parts[i]?.length ?? 0;
    return left;
  }

  #partsLeft(): boolean {
    return this.#bytesLeft() > this.#bytes.length - this.#position;
  }

  #peek(): number {
    this.#need(1);
    return this.#bytes[this.#position] ?? 0;
  }

  #byte(): number {
    if (this.#position >= this.#bytes.length) this.#need(1);
    return this.#bytes[this.#position++] ?? 0;
  }

  #uint(width: number): number {
    this.#need(width);
    let value = 0;
    for (let i = 0; i < width; i++) value = value * 256 + (this.#bytes[this.#position++] ?? 0);
    return value;
  }

  /** The next bytes, copied into a scratch view: views of the message itself cost more than they save. */
  #view(width: number): DataView {
    this.#need(width);
    for (let i = 0; i < width; i++) this.#scratch.setUint8(i, this.#bytes[this.#position + i] ?? 0);
    this.#position += width;
    return this.#scratch;
  }

  #take(length: number): Uint8Array {
    this.#need(length);
    const start = this.#position;
    this.#position += length;
    return this.#bytes.subarray(start, this.#position);
  }

  /** Makes sure that the next bytes lie in the current part. */
  #need(length: number): void {
    while (this.#position === this.#bytes.length && this.#part + 1 < this.#parts.length) {
      this.#bytes = this.#parts[++this.#part] ?? noBytes;
      this.#position = 0;
    }
    if (this.#position + length <= this.#bytes.length) return;
    if (length <= this.#bytesLeft()) throw new PartBoundary();
    throw this.#error(`expected ${length} more bytes, found ${this.#bytesLeft()}`);
  }

  #error(text: string): InputError {
    const before = this.#parts.slice(0, this.#part).reduce((sum, part) => sum + part.length, 0);
    return new InputError(`message, byte ${before + this.#position}: ${text}`, { code: "invalid-message" });
  }
}

function isBinaryCode(code: number): boolean {
  return code >= 0xc4 && code <= 0xc6;
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
