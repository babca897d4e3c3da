// The element types of NumPy arrays in files: their names, dtype strings and typed arrays.
// Knows nothing about file headers; arrays have the same shape in memory as the environment bridge's.
import { CoreInputError } from "../errors.js";
import { countElements } from "../graph/shape.js";

const types = {
  bool: ["|b1", Uint8Array],
  int8: ["|i1", Int8Array],
  uint8: ["|u1", Uint8Array],
  int16: ["<i2", Int16Array],
  uint16: ["<u2", Uint16Array],
  int32: ["<i4", Int32Array],
  uint32: ["<u4", Uint32Array],
  int64: ["<i8", BigInt64Array],
  uint64: ["<u8", BigUint64Array],
  float16: ["<f2", Uint16Array],
  float32: ["<f4", Float32Array],
  float64: ["<f8", Float64Array],
} as const;

/** Element types by NumPy's names; `float16` is stored as its raw 16-bit patterns, `bool` as one byte each. */
export type NpyDType = keyof typeof types;

/** Every element type. */
export const npyDTypes = Object.keys(types) as readonly NpyDType[];

/** The typed array of an element type. */
export type NpyData =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** An array of numbers, in C order; `data.length` is the product of `shape`. */
export interface NumberNpyArray {
  readonly dtype: NpyDType;
  readonly shape: readonly number[];
  readonly data: NpyData;
}

/** NumPy's `dtype.str` of an element type, little-endian. */
export function dtypeString(dtype: NpyDType): string {
  return types[dtype][0];
}

/** The element type of a `dtype.str`, or undefined for one that is not read here. */
export function dtypeOfString(text: string): NpyDType | undefined {
  return npyDTypes.find((dtype) => types[dtype][0] === text);
}

/** Bytes of one element. */
export function elementBytes(dtype: NpyDType): number {
  return types[dtype][1].BYTES_PER_ELEMENT;
}

/**
 * Views little-endian bytes as an array; copies only where they are not aligned.
 * @throws CoreInputError when there are not as many bytes as the shape asks for
 */
export function numbersFromBytes(dtype: NpyDType, shape: readonly number[], bytes: Uint8Array): NumberNpyArray {
  const width = elementBytes(dtype);
  const count = countElements(shape);
  if (bytes.byteLength !== count * width) {
    throw new CoreInputError(`array: expected ${count * width} bytes of data, found ${bytes.byteLength}`);
  }
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const data = new types[dtype][1](aligned.buffer as ArrayBuffer, aligned.byteOffset, count);
  return { dtype, shape, data };
}

/** The bytes of an array, as a view. */
export function bytesOfNumbers({ data }: NumberNpyArray): Uint8Array {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}
