// Writes values as msgpack: numbers, texts, lists, records, and ndarrays in the msgpack-numpy form with bin keys.
// Large arrays are not copied: a message is a list of parts, some of which are views of the caller's memory.
import { InputError } from "../contract/errors.js";
import { type NdArray, bytesOf, isNdArray } from "../contract/ndarray.js";
import { dtypeStrings } from "./array-format.js";

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
const shortText = 40;
const arrayHead = Uint8Array.of(0x84, 0xc4, 11, ...Buffer.from("__ndarray__"), 0xc3, 0xc4, 4, ...Buffer.from("data"));
const dtypeKey = Uint8Array.of(0xc4, 5, ...Buffer.from("dtype"));
const shapeKey = Uint8Array.of(0xc4, 5, ...Buffer.from("shape"));

/**
 * Encodes values one after the other. Small pieces lie in slabs that are never written twice, so that parts stay valid
 * while they wait in a socket or in a session's cache; only large arrays are views of the caller's memory.
 */
export class MessageWriter {
  #slab = Buffer.allocUnsafeSlow(slabBytes);
  #view = viewOf(this.#slab);
  #start = 0;
  #position = 0;
  #parts: Uint8Array[] = [];
  #wide = false;

  /**
   * Encodes a value. Keys whose value is undefined are left out; integers take their shortest form, others are float64.
   * @throws InputError naming what cannot be carried (functions, dates, bare typed arrays, integers beyond 64 bits)
   */
  encode(value: unknown): EncodedMessage {
    this.#parts = [];
    this.#wide = false;
    this.#start = this.#position;
    this.#write(value, 0);
    this.#flush();
    return { parts: this.#parts, wide: this.#wide };
  }

  #write(value: unknown, depth: number): void {
    switch (typeof value) {
      case "number":
        return this.#writeNumber(value);
      case "string":
        return this.#writeText(value);
      case "boolean":
        return this.#writeByte(value ? 0xc3 : 0xc2);
      case "bigint":
        return this.#writeBigint(value);
      case "object":
        return this.#writeObject(value, depth);
      default:
        throw new InputError(`value to send: expected numbers, texts, lists, records or arrays, found ${typeof value}`);
    }
  }

  #writeObject(value: object | null, depth: number): void {
    if (depth > maxDepth) throw new InputError(`value to send: expected at most ${maxDepth} levels, found more`);
    if (value === null) this.#writeByte(0xc0);
    else if (Array.isArray(value)) this.#writeList(value, depth);
    else if (isNdArray(value)) this.#writeArray(value);
    else this.#writeRecord(value as Readonly<Record<string, unknown>>, depth);
  }

  #writeList(list: readonly unknown[], depth: number): void {
    this.#writeLength(list.length, 0x90, 16, 0xdc);
    for (const element of list) this.#write(element === undefined ? null : element, depth + 1);
  }

  #writeRecord(record: Readonly<Record<string, unknown>>, depth: number): void {
    checkRecord(record);
    const keys = Object.keys(record);
    let count = keys.length;
    for (const key of keys) if (record[key] === undefined) count--;
    this.#writeLength(count, 0x80, 16, 0xde);
    for (const key of keys) {
      const value = record[key];
      if (value === undefined) continue;
      this.#writeText(key);
      this.#write(value, depth + 1);
    }
  }

  #writeArray(array: NdArray): void {
    const bytes = bytesOf(array);
    this.#writeConstant(arrayHead);
    this.#writeBinaryHead(bytes.byteLength);
    this.#writeBytes(bytes, array.data.BYTES_PER_ELEMENT > 1);
    this.#writeConstant(dtypeKey);
    this.#writeText(dtypeStrings[array.dtype]);
    this.#writeConstant(shapeKey);
    this.#writeLength(array.shape.length, 0x90, 16, 0xdc);
    for (const length of array.shape) this.#writeNumber(length);
  }

  #writeBytes(bytes: Uint8Array, isWide: boolean): void {
    if (bytes.byteLength < zeroCopyBytes) return this.#writeConstant(bytes);
    this.#flush();
    this.#parts.push(bytes);
    this.#wide ||= isWide;
  }

  #writeConstant(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength);
    this.#slab.set(bytes, this.#position);
    this.#position += bytes.byteLength;
  }

  #writeBinaryHead(length: number): void {
    this.#reserve(5);
    if (length < 0x100) this.#put8(0xc4, length);
    else if (length < 0x10000) this.#put16(0xc5, length);
    else this.#put32(0xc6, length);
  }

  #writeLength(length: number, fix: number, fixCount: number, code16: number): void {
    this.#reserve(5);
    if (length < fixCount) this.#slab[this.#position++] = fix | length;
    else if (length < 0x10000) this.#put16(code16, length);
    else this.#put32(code16 + 1, length);
  }

  #writeText(text: string): void {
    if (text.length > shortText || !this.#writeShortText(text)) this.#writeLongText(text);
  }

  /** Short ASCII texts (all keys, most values) are quicker byte by byte than through the encoder. */
  #writeShortText(text: string): boolean {
    const { length } = text;
    this.#reserve(length + 2);
    const slab = this.#slab;
    let position = this.#position;
    if (length >= 32) slab[position++] = 0xd9;
    slab[position++] = length < 32 ? 0xa0 | length : length;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      slab[position++] = code;
    }
    this.#position = position;
    return true;
  }

  #writeLongText(text: string): void {
    const length = Buffer.byteLength(text);
    this.#reserve(length + 5);
    if (length < 32) this.#slab[this.#position++] = 0xa0 | length;
    else if (length < 0x100) this.#put8(0xd9, length);
    else if (length < 0x10000) this.#put16(0xda, length);
    else this.#put32(0xdb, length);
    this.#position += this.#slab.write(text, this.#position, length, "utf8");
  }

  #writeNumber(value: number): void {
    this.#reserve(9);
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      this.#slab[this.#position] = 0xcb;
      this.#view.setFloat64(this.#position + 1, value);
      this.#position += 9;
    } else if (value >= 0) this.#writeNatural(value);
    else this.#writeNegative(value);
  }

  #writeNatural(value: number): void {
    if (value < 0x80) this.#slab[this.#position++] = value;
    else if (value < 0x100) this.#put8(0xcc, value);
    else if (value < 0x10000) this.#put16(0xcd, value);
    else if (value < 0x100000000) this.#put32(0xce, value);
    else this.#put64(0xcf, BigInt(value));
  }

  #writeNegative(value: number): void {
    if (value >= -0x20) this.#slab[this.#position++] = value & 0xff;
    else if (value >= -0x80) this.#put8(0xd0, value & 0xff);
    else if (value >= -0x8000) this.#put16(0xd1, value & 0xffff);
    else if (value >= -0x80000000) this.#put32(0xd2, value >>> 0);
    else this.#put64(0xd3, BigInt.asUintN(64, BigInt(value)));
  }

  #writeBigint(value: bigint): void {
    if (value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)) {
      return this.#writeNumber(Number(value));
    }
    this.#reserve(9);
    if (value > 0n && value === BigInt.asUintN(64, value)) this.#put64(0xcf, value);
    else if (value < 0n && value === BigInt.asIntN(64, value)) this.#put64(0xd3, BigInt.asUintN(64, value));
    else throw new InputError(`integer to send: expected at most 64 bits, found ${String(value).length} digits`);
  }

  #writeByte(byte: number): void {
    this.#reserve(1);
    this.#slab[this.#position++] = byte;
  }

  #put8(code: number, value: number): void {
    this.#slab[this.#position] = code;
    this.#slab[this.#position + 1] = value;
    this.#position += 2;
  }

  #put16(code: number, value: number): void {
    this.#slab[this.#position] = code;
    this.#view.setUint16(this.#position + 1, value);
    this.#position += 3;
  }

  #put32(code: number, value: number): void {
    this.#slab[this.#position] = code;
    this.#view.setUint32(this.#position + 1, value);
    this.#position += 5;
  }

  #put64(code: number, value: bigint): void {
    this.#slab[this.#position] = code;
    this.#view.setBigUint64(this.#position + 1, value);
    this.#position += 9;
  }

  #reserve(bytes: number): void {
    if (this.#position + bytes <= this.#slab.length) return;
    this.#flush();
    this.#slab = Buffer.allocUnsafeSlow(Math.max(slabBytes, bytes));
    this.#view = viewOf(this.#slab);
    this.#start = 0;
    this.#position = 0;
  }

  #flush(): void {
    if (this.#position > this.#start) this.#parts.push(this.#slab.subarray(this.#start, this.#position));
    this.#start = this.#position;
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

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
