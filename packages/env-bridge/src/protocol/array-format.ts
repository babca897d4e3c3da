// The msgpack-numpy form of an ndarray: NumPy dtype strings, the bin-typed keys, and the checks on what a peer claims.
// Knows nothing about sockets or messages.
import { InputError } from "../contract/errors.js";
import { type DType, type NdArray, bytesPerElement, dtypeStrings, ndarrayFromBytes } from "../contract/ndarray.js";

/** NumPy allows 64 dimensions; more is not an array. */
export const maxArrayDimensions = 64;

const smallArray = 1024;

const dtypeByCode = new Map<string, DType>(
  Object.entries(dtypeStrings).map(([dtype, text]) => [text.slice(1), dtype as DType]),
);

/** What a dtype string says: the element type and whether its bytes are in the other order. */
export interface ParsedDType {
  readonly dtype: DType;
  readonly bigEndian: boolean;
}

/**
 * Reads a dtype string such as `<f4`, `>i8` or `|b1`.
 * @throws InputError (`invalid-message`) for kinds V, O and c, and for anything unknown
 */
export function parseDType(text: string): ParsedDType {
  const order = text[0] ?? "";
  const dtype = "<>|=".includes(order) && order !== "" ? dtypeByCode.get(text.slice(1)) : undefined;
  if (dtype === undefined) {
    throw arrayError(`dtype: expected one of ${Object.values(dtypeStrings).join(" ")}, found '${text.slice(0, 24)}'`);
  }
  return { dtype, bigEndian: order === ">" };
}

/** An array as a peer describes it, before any check. */
export interface ArrayClaim {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/**
 * Makes the array a peer describes; its data is a view of the message where alignment and byte order allow.
 * @throws InputError (`invalid-message`) when dtype, shape and bytes do not fit together
 */
export function arrayFromClaim(claim: ArrayClaim): NdArray {
  const { dtype, bigEndian } = parseDType(claim.dtype);
  const width = bytesPerElement(dtype);
  const expected = elementCount(claim.shape) * width;
  if (claim.bytes.byteLength !== expected) {
    const form = `${claim.dtype} [${claim.shape.join(", ")}]`;
    throw arrayError(`data: expected ${expected} bytes for ${form}, found ${claim.bytes.byteLength}`);
  }
  const bytes = bigEndian && width > 1 ? swapped(claim.bytes, width) : ownBytes(claim.bytes);
  if (dtype === "bool") checkBooleans(bytes);
  return ndarrayFromBytes(dtype, claim.shape, bytes);
}

/** Small arrays are copied, so that keeping one does not keep the whole message in memory. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength <= smallArray ? new Uint8Array(bytes) : bytes;
}

function elementCount(shape: readonly number[]): number {
  if (shape.length > maxArrayDimensions) {
    throw arrayError(`shape: expected at most ${maxArrayDimensions} dimensions, found ${shape.length}`);
  }
  let count = 1;
  for (const length of shape) {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw arrayError(`shape: expected non-negative integers, found ${String(length)}`);
    }
    count *= length;
  }
  return count;
}

function swapped(bytes: Uint8Array, width: number): Uint8Array {
  const copy = Buffer.from(bytes);
  if (width === 2) return copy.swap16();
  return width === 4 ? copy.swap32() : copy.swap64();
}

function checkBooleans(bytes: Uint8Array): void {
  for (const byte of bytes) {
    if (byte > 1) throw arrayError(`data: expected bytes 0 or 1 for |b1, found ${byte}`);
  }
}

function arrayError(text: string): InputError {
  return new InputError(`array ${text}`, { code: "invalid-message" });
}
