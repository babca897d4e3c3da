// N-dimensional arrays as they cross the bridge: a NumPy dtype name, a shape and C-ordered data.
// Knows nothing about msgpack, nor about what the numbers mean.
import { InputError } from "./errors.js";

/** Element types, by NumPy's names. `float16` is stored as its raw 16-bit patterns; `bool` as one byte each. */
export const dtypes = [
  "bool",
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
  "uint64",
  "float16",
  "float32",
  "float64",
] as const;

export type DType = (typeof dtypes)[number];

/** NumPy's `dtype.str` of every element type, little-endian; `|` where byte order has no meaning. */
export const dtypeStrings: Readonly<Record<DType, string>> = {
  bool: "|b1",
  int8: "|i1",
  uint8: "|u1",
  int16: "<i2",
  uint16: "<u2",
  int32: "<i4",
  uint32: "<u4",
  int64: "<i8",
  uint64: "<u8",
  float16: "<f2",
  float32: "<f4",
  float64: "<f8",
};

interface DataByDType {
  bool: Uint8Array;
  int8: Int8Array;
  uint8: Uint8Array;
  int16: Int16Array;
  uint16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  float16: Uint16Array;
  float32: Float32Array;
  float64: Float64Array;
}

export type NdData = DataByDType[DType];

/** A C-ordered array. `data.length` is the product of `shape` (1 for the empty shape). */
export interface NdArray<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: DataByDType[D];
}

const constructors = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** Bytes of one element. */
export function bytesPerElement(dtype: DType): number {
  return constructors[dtype].BYTES_PER_ELEMENT;
}

/**
 * Wraps typed-array data, without a copy.
 * @throws InputError when the data's length or type does not fit the shape and dtype.
 */
export function ndarray<D extends DType>(dtype: D, shape: readonly number[], data: DataByDType[D]): NdArray<D> {
  if (!(data instanceof constructors[dtype])) {
    throw new InputError(`array data: expected ${constructors[dtype].name} for ${dtype}, found ${typeName(data)}`);
  }
  if (data.length !== sizeOf(shape)) {
    throw new InputError(
      `array data: expected ${sizeOf(shape)} elements for shape [${shape.join(", ")}], found ${data.length}`,
    );
  }
  return { dtype, shape, data };
}

/** A zero-filled array. */
export function zeros<D extends DType>(dtype: D, shape: readonly number[]): NdArray<D> {
  return { dtype, shape, data: new constructors[dtype](sizeOf(shape)) as DataByDType[D] };
}

/** A float32 array from plain numbers; the shape is one-dimensional unless it is given. */
export function float32(values: readonly number[], shape: readonly number[] = [values.length]): NdArray<"float32"> {
  return ndarray("float32", shape, Float32Array.from(values));
}

/** An int32 array from plain numbers; the shape is one-dimensional unless it is given. */
export function int32(values: readonly number[], shape: readonly number[] = [values.length]): NdArray<"int32"> {
  return ndarray("int32", shape, Int32Array.from(values));
}

/** Views bytes (little-endian, C order) as an array; copies only when the bytes are not aligned for the dtype. */
export function ndarrayFromBytes<D extends DType>(dtype: D, shape: readonly number[], bytes: Uint8Array): NdArray<D> {
  const width = bytesPerElement(dtype);
  if (bytes.byteLength !== sizeOf(shape) * width) {
    throw new InputError(
      `array bytes: expected ${sizeOf(shape) * width} for ${dtype} [${shape.join(", ")}], found ${bytes.byteLength}`,
    );
  }
  // Not `slice()`: on a Buffer that is a view of the same, unaligned memory.
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const data = new constructors[dtype](aligned.buffer as ArrayBuffer, aligned.byteOffset, sizeOf(shape));
  return { dtype, shape, data: data as DataByDType[D] };
}

/** The array's bytes, as a view. */
export function bytesOf(array: NdArray): Uint8Array {
  return new Uint8Array(array.data.buffer as ArrayBuffer, array.data.byteOffset, array.data.byteLength);
}

/** Whether a value is an {@link NdArray}. */
export function isNdArray(value: unknown): value is NdArray {
  return (
    typeof value === "object" &&
    value !== null &&
    ArrayBuffer.isView((value as { data?: unknown }).data) &&
    Array.isArray((value as { shape?: unknown }).shape) &&
    typeof (value as { dtype?: unknown }).dtype === "string"
  );
}

/** The first element as a number; for scalars that travel as one-element arrays. */
export function scalarOf(array: NdArray): number {
  const value = array.data[0];
  if (value === undefined) throw new InputError("scalar: expected at least one element, found an empty array");
  return Number(value);
}

function typeName(value: unknown): string {
  return typeof value === "object" && value !== null ? value.constructor.name : typeof value;
}
