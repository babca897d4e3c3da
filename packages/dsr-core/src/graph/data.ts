// Making and measuring dense tensors outside the graph.
// Knows nothing about graphs, files or devices.
import { CoreInputError } from "../errors.js";
import type { DType, NdData, NumberArray } from "./graph.js";
import { float16Bits, float16Number } from "./float16.js";
import { countElements, formatShape } from "./shape.js";

const BYTES: Readonly<Record<DType, number>> = {
  float32: 4,
  float16: 2,
  float64: 8,
  int32: 4,
  int64: 8,
  uint8: 1,
  int8: 1,
  bool: 1,
};

/** Bytes of one element. */
export function bytesPerElement(dtype: DType): number {
  return BYTES[dtype];
}

/** Whether gradients can flow through values of this type. */
export function isFloating(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64" || dtype === "float16";
}

/** A tensor over the given elements (not copied); the element count must fit the shape. */
export function tensorData(dtype: DType, shape: readonly number[], data: NumberArray): NdData {
  const expected = countElements(shape);
  if (data.length !== expected)
    throw new CoreInputError(`tensor ${formatShape(shape)}: expected ${expected} elements, found ${data.length}`);
  return { dtype, shape, data };
}

/** A float32 tensor. */
export function float32Data(shape: readonly number[], elements: ArrayLike<number>): NdData {
  return tensorData("float32", shape, Float32Array.from(elements));
}

/** Float32 arrays one after the other. */
export function joinFloats(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Float32 tensors one after the other along their first axis; their other lengths are equal. */
export function joinTensors(tensors: readonly NdData[]): NdData {
  const first = tensors.reduce((sum, { shape: [length = 0] }) => sum + length, 0);
  const rest = tensors[0]?.shape.slice(1) ?? [];
  return tensorData("float32", [first, ...rest], joinFloats(tensors.map(({ data }) => data as Float32Array)));
}

/** An int64 tensor from whole numbers. */
export function int64Data(shape: readonly number[], elements: readonly number[]): NdData {
  return tensorData("int64", shape, BigInt64Array.from(elements, BigInt));
}

/** A bool tensor. */
export function boolData(shape: readonly number[], elements: readonly boolean[]): NdData {
  return tensorData(
    "bool",
    shape,
    Uint8Array.from(elements, (element) => (element ? 1 : 0)),
  );
}

function makeArray(dtype: DType, length: number): NumberArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
    case "float16":
      return new Uint16Array(length);
    case "int32":
      return new Int32Array(length);
    case "int64":
      return new BigInt64Array(length);
    case "int8":
      return new Int8Array(length);
    default:
      return new Uint8Array(length);
  }
}

/** A tensor of zeros. */
export function zerosData(dtype: DType, shape: readonly number[]): NdData {
  return { dtype, shape, data: makeArray(dtype, countElements(shape)) };
}

/** A tensor whose elements all are `number`; float16 takes the bits of that number rounded to nearest. */
export function filledData(dtype: DType, shape: readonly number[], number: number): NdData {
  const tensor = zerosData(dtype, shape);
  if (tensor.data instanceof BigInt64Array) tensor.data.fill(BigInt(number));
  else tensor.data.fill(dtype === "float16" ? float16Bits(number) : number);
  return tensor;
}

/** The elements as JavaScript numbers (float16 decoded, int64 rounded to the nearest double). */
export function toNumbers(tensor: NdData): readonly number[] {
  const elements = Array.from<number | bigint, number>(tensor.data as ArrayLike<number | bigint>, Number);
  return tensor.dtype === "float16" ? elements.map(float16Number) : elements;
}
