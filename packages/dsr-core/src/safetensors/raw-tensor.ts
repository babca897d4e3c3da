// A tensor as the file holds it, and its translation to and from the package's tensors.
// Knows nothing about headers and files.
import { CoreInputError } from "../errors.js";
import type { DType, NdData, NumberArray } from "../graph/graph.js";
import { type SafetensorsType, tensorBytes } from "./format.js";
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from "../graph/short-floats.js";

/** Little-endian bytes, row-major. */
export interface RawTensor {
  readonly type: SafetensorsType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

type ArrayMaker = new (buffer: ArrayBuffer) => NumberArray;

const directTypes: Readonly<Partial<Record<SafetensorsType, readonly [DType, ArrayMaker]>>> = {
  F64: ["float64", Float64Array],
  F32: ["float32", Float32Array],
  F16: ["float16", Uint16Array],
  I64: ["int64", BigInt64Array],
  I32: ["int32", Int32Array],
  I8: ["int8", Int8Array],
  U8: ["uint8", Uint8Array],
  BOOL: ["bool", Uint8Array],
};

const storedTypes: Readonly<Record<DType, SafetensorsType>> = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  int64: "I64",
  int32: "I32",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL",
};

/**
 * The elements as this package's tensor. BF16 widens to float32, I16 and U16 to int32, U32 to int64, all exact; types
 * without such a home (U64, 8-bit floats) throw CoreInputError.
 */
export function toNdData(name: string, { type, shape, bytes }: RawTensor): NdData {
  const buffer = ownBuffer(bytes);
  const direct = directTypes[type];
  if (direct !== undefined) return { dtype: direct[0], shape, data: new direct[1](buffer) };
  switch (type) {
    case "BF16":
      return { dtype: "float32", shape, data: bfloat16ToFloat32(new Uint16Array(buffer)) };
    case "I16":
      return { dtype: "int32", shape, data: Int32Array.from(new Int16Array(buffer)) };
    case "U16":
      return { dtype: "int32", shape, data: Int32Array.from(new Uint16Array(buffer)) };
    case "U32":
      return { dtype: "int64", shape, data: BigInt64Array.from(Array.from(new Uint32Array(buffer), BigInt)) };
    default:
      throw new CoreInputError(`tensor '${name}': expected a type that can be computed with, found ${type}`, {
        code: "unsupported",
      });
  }
}

/** The elements as float32; float types only. */
export function toFloat32(name: string, raw: RawTensor): Float32Array {
  const { dtype, data } = toNdData(name, raw);
  if (data instanceof Float32Array) return data;
  if (data instanceof Float64Array) return Float32Array.from(data);
  if (dtype === "float16" && data instanceof Uint16Array) return float16ToFloat32(data);
  throw new CoreInputError(`tensor '${name}': expected a floating-point type, found ${raw.type}`);
}

/** The bytes to store. float32 can be narrowed to F16 or BF16 by `as`; other types are stored as they are. */
export function toRawTensor({ dtype, shape, data }: NdData, as?: "F32" | "F16" | "BF16"): RawTensor {
  if (!(data instanceof Float32Array) || as === undefined || as === "F32") {
    return { type: storedTypes[dtype], shape, bytes: bytesOf(data) };
  }
  return { type: as, shape, bytes: bytesOf(as === "F16" ? float32ToFloat16(data) : float32ToBfloat16(data)) };
}

/** Throws CoreInputError when the bytes do not fill the shape. */
export function checkRawTensor(name: string, { type, shape, bytes }: RawTensor): void {
  const expected = tensorBytes({ type, shape });
  if (expected === bytes.byteLength) return;
  throw new CoreInputError(
    `tensor '${name}': expected ${expected} bytes for ${type} [${shape}], found ${bytes.byteLength}`,
  );
}

function bytesOf(data: NumberArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Typed arrays need aligned memory that starts at the first element. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  if (bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength) return bytes.buffer;
  // A Buffer's own slice would be a view of the whole.
  return new Uint8Array(bytes).buffer;
}
