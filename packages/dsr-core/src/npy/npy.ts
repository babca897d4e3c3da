// NumPy's .npy format, both ways: numbers of every dtype and fixed-width text. No object arrays, no pickle.
// Format: numpy.lib.format version 1.0 to 3.0.
import { CoreInputError } from "../errors.js";
import { countElements } from "../graph/shape.js";
import {
  type NumberNpyArray,
  bytesOfNumbers,
  dtypeOfString,
  dtypeString,
  elementBytes,
  numbersFromBytes,
} from "./numbers.js";

export type { NumberNpyArray } from "./numbers.js";

/** An array of texts, in C order; stored with the width of the longest. */
export interface TextArray {
  readonly dtype: "text";
  readonly shape: readonly number[];
  readonly data: readonly string[];
}

/** Whatever a .npy file may hold here. */
export type NpyArray = NumberNpyArray | TextArray;

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const alignment = 64;
/** Unicode text is stored as 32-bit code points. */
const codePointBytes = 4;

/** The bytes of a .npy file (version 1.0, little-endian, C order). */
export function writeNpy(array: NpyArray): Uint8Array {
  if (array.dtype === "text") return join(...encodeText(array), array.shape);
  return join(dtypeString(array.dtype), bytesOfNumbers(array), array.shape);
}

/**
 * Reads a .npy file.
 * @param name appears in errors, such as the file's path
 * @throws CoreInputError for anything but little-endian C-ordered numbers and text
 */
export function readNpy(file: Uint8Array, name = ".npy"): NpyArray {
  const { header, dataOffset } = readHeader(file, name);
  const { descriptor, shape } = parseHeader(header, name);
  const bytes = file.subarray(dataOffset);
  if (/^[<|]U\d+$/u.test(descriptor)) return decodeText(bytes, Number(descriptor.slice(2)), shape, name);
  const dtype = dtypeOfString(descriptor);
  if (dtype === undefined) {
    throw new CoreInputError(`${name}: expected little-endian numbers or text, found dtype '${descriptor}'`);
  }
  checkLength(bytes, countElements(shape) * elementBytes(dtype), name);
  return numbersFromBytes(dtype, shape, bytes);
}

function join(descriptor: string, data: Uint8Array, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${descriptor}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const preamble = magic.length + 4;
  const total = Math.ceil((preamble + text.length + 1) / alignment) * alignment;
  const file = new Uint8Array(total + data.byteLength).fill(0x20, 0, total);
  file.set(magic);
  file.set([1, 0], magic.length);
  new DataView(file.buffer).setUint16(magic.length + 2, total - preamble, true);
  file.set(new TextEncoder().encode(text), preamble);
  file[total - 1] = 0x0a;
  file.set(data, total);
  return file;
}

function encodeText({ data, shape }: TextArray): [string, Uint8Array] {
  if (data.length !== countElements(shape)) {
    throw new CoreInputError(
      `text array: expected ${countElements(shape)} texts for [${shape.join(", ")}], found ${data.length}`,
    );
  }
  const codePoints = data.map((text) => Array.from(text, (character) => character.codePointAt(0) ?? 0));
  const width = codePoints.reduce((longest, points) => Math.max(longest, points.length), 1);
  const bytes = new Uint8Array(data.length * width * codePointBytes);
  const view = new DataView(bytes.buffer);
  codePoints.forEach((points, row) => {
    points.forEach((point, i) => view.setUint32((row * width + i) * codePointBytes, point, true));
  });
  return [`<U${width}`, bytes];
}

function decodeText(bytes: Uint8Array, width: number, shape: readonly number[], name: string): TextArray {
  const count = countElements(shape);
  checkLength(bytes, count * width * codePointBytes, name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = Array.from({ length: count }, (_, row) => {
    const points = Array.from({ length: width }, (__, i) => view.getUint32((row * width + i) * codePointBytes, true));
    const end = points.findLastIndex((point) => point !== 0) + 1;
    return String.fromCodePoint(...points.slice(0, end).map((point) => Math.min(point, 0x10ffff)));
  });
  return { dtype: "text", shape, data };
}

function readHeader(file: Uint8Array, name: string): { readonly header: string; readonly dataOffset: number } {
  const version = file[magic.length] ?? 0;
  if (!magic.every((byte, i) => file[i] === byte) || version < 1 || version > 3) {
    throw new CoreInputError(`${name}: expected a .npy file of version 1 to 3, found other bytes`);
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const start = magic.length + (version === 1 ? 4 : 6);
  if (file.byteLength < start)
    throw new CoreInputError(`${name}: expected a whole header, found ${file.byteLength} bytes`);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const header = new TextDecoder().decode(file.subarray(start, start + length));
  return { header, dataOffset: start + length };
}

function parseHeader(header: string, name: string): { readonly descriptor: string; readonly shape: readonly number[] } {
  const descriptor = /'descr':\s*'([^']*)'/u.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/u.exec(header)?.[1];
  const shape = /'shape':\s*\(([\d,\s]*)\)/u.exec(header)?.[1];
  if (descriptor === undefined || shape === undefined || order !== "False") {
    throw new CoreInputError(`${name}: expected a plain C-ordered array, found header ${header.trim().slice(0, 120)}`);
  }
  const lengths = shape.split(",").filter((part) => part.trim() !== "");
  return { descriptor, shape: lengths.map(Number) };
}

function checkLength(bytes: Uint8Array, expected: number, name: string): void {
  if (bytes.byteLength === expected) return;
  throw new CoreInputError(`${name}: expected ${expected} bytes of data, found ${bytes.byteLength}`);
}
