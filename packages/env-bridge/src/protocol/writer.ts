// Prepares values for msgpackr: what may be sent, integers of their full width, and ndarrays in the msgpack-numpy form.
// Large arrays are not copied: a message is a list of parts, some of which are views of the caller's memory.
import { randomBytes } from "node:crypto";
import { Packr } from "msgpackr";
import { InputError } from "../contract/errors.js";
import { type NdArray, bytesOf, dtypeStrings, isNdArray } from "../contract/ndarray.js";

/** The pieces of one message, to be sent in order. */
export type MessageParts = readonly Uint8Array[];

/** An encoded message. */
export interface EncodedMessage {
  readonly parts: MessageParts;
  /** Whether a part holds elements wider than a byte, which a reader views in place only when they are aligned. */
  readonly wide: boolean;
}

/** Arrays of at least this many bytes become a part of their own instead of being copied. */
export const zeroCopyBytes = 16_384;

const slabBytes = 65_536;
const maxDepth = 64;
const markerBytes = 9;
/** A map of four keys, all byte strings: `__ndarray__` (true), `data` … */
const arrayHead = Buffer.from([0x84, 0xc4, 11, ...Buffer.from("__ndarray__"), 0xc3, 0xc4, 4, ...Buffer.from("data")]);
/** … `dtype` and `shape`. */
const dtypeKey = Buffer.from([0xc4, 5, ...Buffer.from("dtype")]);
const shapeKey = Buffer.from([0xc4, 5, ...Buffer.from("shape")]);
/** What an array takes beside its data: keys, heads, dtype and a shape of at most 64 lengths. */
const arrayFrameBytes = 400;

/**
 * Encodes values one after the other with msgpackr, which never writes twice into the memory of its messages, so that
 * parts stay valid while they wait in a socket or in a session's cache; only large arrays are views of the caller's.
 *
 * What msgpackr has no form for (-0, unsigned integers of 33 to 63 bits, ndarrays) is packed as a marker, a random 64-bit
 * integer of this writer that no peer ever sees, and put in its place afterwards.
 */
export class MessageWriter {
  readonly #packr = new Packr({ useRecords: false, variableMapSize: true, useToJSON: false });
  readonly #marker = randomBytes(8).readBigInt64BE();
  readonly #packedMarker = Buffer.from(this.#packr.pack(this.#marker));
  #replacements: (number | bigint | NdArray)[] = [];

  constructor() {
    this.#packr.useBuffer(Buffer.allocUnsafeSlow(slabBytes));
  }

  /**
   * Encodes a value. Keys whose value is undefined are left out; integers take their shortest form, others are float64.
   * @throws InputError naming what cannot be carried (functions, dates, bare typed arrays, integers beyond 64 bits)
   */
  encode(value: unknown): EncodedMessage {
    this.#replacements = [];
    const packed = this.#packr.pack(this.#prepare(value, 0));
    // Lest the small messages after a large one keep memory of its size alive.
    if (packed.buffer.byteLength > slabBytes) this.#packr.useBuffer(Buffer.allocUnsafeSlow(slabBytes));
    return this.#replacements.length === 0 ? { parts: [packed], wide: false } : this.#replaceMarkers(packed);
  }

  #prepare(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case "number":
        return this.#prepareNumber(value);
      case "string":
        return wellFormed(value);
      case "boolean":
        return value;
      case "bigint":
        return this.#prepareBigint(value);
      case "object":
        return this.#prepareObject(value, depth);
      default:
        throw new InputError(`value to send: expected numbers, texts, lists, records or arrays, found ${typeof value}`);
    }
  }

  #prepareObject(value: object | null, depth: number): unknown {
    if (depth > maxDepth) throw new InputError(`value to send: expected at most ${maxDepth} levels, found more`);
    if (value === null) return null;
    if (Array.isArray(value)) return this.#prepareList(value, depth);
    if (isNdArray(value)) return this.#later(value);
    return this.#prepareRecord(value as Readonly<Record<string, unknown>>, depth);
  }

  #prepareList(list: readonly unknown[], depth: number): unknown[] {
    const prepared: unknown[] = [];
    for (const element of list) prepared.push(element === undefined ? null : this.#prepare(element, depth + 1));
    return prepared;
  }

  /** A map, because msgpackr takes a record with a key such as `constructor` for something else. */
  #prepareRecord(record: Readonly<Record<string, unknown>>, depth: number): Map<string, unknown> {
    checkRecord(record);
    const prepared = new Map<string, unknown>();
    for (const key of Object.keys(record)) {
      const value = record[key];
      if (value !== undefined) prepared.set(wellFormed(key), this.#prepare(value, depth + 1));
    }
    return prepared;
  }

  /** msgpackr writes integers beyond 32 bits as float64 unless they are bigint, and -0 as 0. */
  #prepareNumber(value: number): number | bigint {
    if (value >>> 0 === value || value >> 0 === value) return Object.is(value, -0) ? this.#later(value) : value;
    if (!Number.isSafeInteger(value)) return value;
    return value < 0 ? BigInt(value) : this.#later(BigInt(value));
  }

  #prepareBigint(value: bigint): number | bigint {
    if (value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)) {
      return this.#prepareNumber(Number(value));
    }
    if (value > 0n && value === BigInt.asUintN(64, value)) return this.#later(value);
    if (value < 0n && value === BigInt.asIntN(64, value)) return value;
    throw new InputError(`integer to send: expected at most 64 bits, found ${String(value).length} digits`);
  }

  #later(replacement: number | bigint | NdArray): bigint {
    this.#replacements.push(replacement);
    return this.#marker;
  }

  /** Copies the packed pieces between the markers, with what the markers stand for, into one buffer; large data is not copied. */
  #replaceMarkers(packed: Buffer): EncodedMessage {
    const target = Buffer.allocUnsafeSlow(packed.length + this.#replacements.reduce<number>(sumOfBytes, 0));
    const parts: Uint8Array[] = [];
    let [wide, partStart, position, from] = [false, 0, 0, 0];
    for (const replacement of this.#replacements) {
      const place = packed.indexOf(this.#packedMarker, from);
      position += packed.copy(target, position, from, place);
      from = place + markerBytes;
      if (typeof replacement !== "object") {
        position = writeExact(target, position, replacement);
        continue;
      }
      const bytes = bytesOf(replacement);
      position = writeBinaryHead(target, position + arrayHead.copy(target, position), bytes.byteLength);
      if (bytes.byteLength < zeroCopyBytes) target.set(bytes, position);
      else {
        parts.push(target.subarray(partStart, position), bytes);
        partStart = position;
        wide ||= replacement.data.BYTES_PER_ELEMENT > 1;
      }
      position = writeArrayTail(
        target,
        bytes.byteLength < zeroCopyBytes ? position + bytes.byteLength : position,
        replacement,
      );
    }
    position += packed.copy(target, position, from);
    parts.push(target.subarray(partStart, position));
    return { parts, wide };
  }
}

/** One contiguous buffer of a value's encoding; copies where {@link MessageWriter} would not. */
export function encodeToBuffer(value: unknown): Buffer {
  return joinParts(new MessageWriter().encode(value).parts);
}

/** The message in one part that shares no memory with what was encoded. */
export function copied(message: EncodedMessage): EncodedMessage {
  return { parts: [joinParts(message.parts)], wide: false };
}

/** The parts as one buffer. */
export function joinParts(parts: MessageParts): Buffer {
  return Buffer.concat(parts as Uint8Array[]);
}

/** Bytes of all parts together. */
export function bytesOfParts(parts: MessageParts): number {
  let bytes = 0;
  for (const part of parts) bytes += part.byteLength;
  return bytes;
}

function checkRecord(value: object): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new InputError(`value to send: expected a plain record or an ndarray, found ${value.constructor.name}`);
  }
}

/** msgpackr writes halves of surrogate pairs as bytes that are not UTF-8; they become U+FFFD. */
function wellFormed(text: string): string {
  return /[\ud800-\udfff]/.test(text) ? Buffer.from(text).toString() : text;
}

function sumOfBytes(sum: number, replacement: number | bigint | NdArray): number {
  if (typeof replacement !== "object") return sum;
  const { byteLength } = replacement.data;
  return sum + arrayFrameBytes + (byteLength < zeroCopyBytes ? byteLength : 0);
}

/** A float64 or an unsigned 64-bit integer; returns where it ends. */
function writeExact(target: Buffer, place: number, value: number | bigint): number {
  target[place] = typeof value === "number" ? 0xcb : 0xcf;
  return typeof value === "number" ? target.writeDoubleBE(value, place + 1) : target.writeBigUInt64BE(value, place + 1);
}

/** The head of a byte string in its shortest form; returns where it ends. */
function writeBinaryHead(target: Buffer, place: number, length: number): number {
  target[place] = length < 0x100 ? 0xc4 : length < 0x10000 ? 0xc5 : 0xc6;
  if (length < 0x100) return target.writeUInt8(length, place + 1);
  return length < 0x10000 ? target.writeUInt16BE(length, place + 1) : target.writeUInt32BE(length, place + 1);
}

/** The keys behind the data of an array; returns where they end. */
function writeArrayTail(target: Buffer, start: number, { dtype, shape }: NdArray): number {
  let place = start + dtypeKey.copy(target, start);
  const text = dtypeStrings[dtype];
  target[place] = 0xa0 | text.length;
  place += 1 + target.write(text, place + 1, "latin1");
  place += shapeKey.copy(target, place);
  if (shape.length < 16) target[place++] = 0x90 | shape.length;
  else {
    target[place] = 0xdc;
    place = target.writeUInt16BE(shape.length, place + 1);
  }
  for (const length of shape) place = writeLength(target, place, length);
  return place;
}

/** A natural number in its shortest form; returns where it ends. */
function writeLength(target: Buffer, place: number, length: number): number {
  if (length < 0x80) return target.writeUInt8(length, place);
  if (length < 0x100) return target.writeUInt16BE(0xcc00 | length, place);
  target[place] = length < 0x10000 ? 0xcd : 0xce;
  return length < 0x10000 ? target.writeUInt16BE(length, place + 1) : target.writeUInt32BE(length, place + 1);
}
