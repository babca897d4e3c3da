// The safetensors format's header: element types, limits, reading and writing the description of the tensors.
// Knows nothing about files. Source: the format's description at huggingface/safetensors (README, "Format").
import { z } from "zod";
import { CoreInputError } from "../errors.js";

/** Bytes of an element by the format's type names. */
export const elementBytes = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const;

export type SafetensorsType = keyof typeof elementBytes;

/** Bytes of a tensor's elements. */
export function tensorBytes({ type, shape }: Pick<TensorEntry, "type" | "shape">): number {
  return shape.reduce((product, length) => product * length, elementBytes[type]);
}

/** Longest header that is read; the reference reader's own limit. */
export const maxHeaderBytes = 100_000_000;

/** A tensor's place in the file: `offset` in bytes from the end of the header. */
export interface TensorEntry {
  readonly type: SafetensorsType;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly byteLength: number;
}

/** What a header says. */
export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

const size = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const entrySchema = z.object({
  dtype: z.enum(Object.keys(elementBytes) as [SafetensorsType, ...SafetensorsType[]]),
  shape: z.array(size).max(16),
  data_offsets: z.tuple([size, size]),
});
const metadataSchema = z.record(z.string(), z.string());

/**
 * Reads the JSON of a header; `dataBytes` is what follows it in the file. Tensors must cover the data without holes or
 * overlaps, as the format demands. Throws CoreInputError, naming `where`.
 */
export function parseHeader(json: Uint8Array, dataBytes: number, where: string): SafetensorsHeader {
  const { __metadata__: metadata = {}, ...entries } = parseObject(json, where);
  const tensors = new Map(Object.entries(entries).map(([name, entry]) => [name, parseEntry(name, entry, where)]));
  checkCoverage(tensors, dataBytes, where);
  const parsed = metadataSchema.safeParse(metadata);
  if (!parsed.success) throw new CoreInputError(`${where}: expected texts in __metadata__, found another kind`);
  return { tensors, metadata: parsed.data };
}

function parseObject(json: Uint8Array, where: string): Readonly<Record<string, unknown>> {
  let found: unknown;
  try {
    found = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch (cause) {
    throw new CoreInputError(`${where}: expected a header in JSON, found other bytes`, { cause });
  }
  if (typeof found === "object" && found !== null && !Array.isArray(found)) return { ...found };
  throw new CoreInputError(
    `${where}: expected an object as header, found ${Array.isArray(found) ? "a list" : typeof found}`,
  );
}

function parseEntry(name: string, entry: unknown, where: string): TensorEntry {
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new CoreInputError(
      `${where}: tensor '${name}', ${issue?.path.join(".")}: ${issue?.message ?? "not a tensor"}`,
    );
  }
  const { dtype: type, shape, data_offsets: offsets } = parsed.data;
  const [offset, byteLength] = [offsets[0], offsets[1] - offsets[0]];
  const expected = tensorBytes({ type, shape });
  if (expected === byteLength) return { type, shape, offset, byteLength };
  throw new CoreInputError(
    `${where}: tensor '${name}': expected ${expected} bytes for ${type} [${shape}], found ${byteLength}`,
  );
}

function checkCoverage(tensors: ReadonlyMap<string, TensorEntry>, dataBytes: number, where: string): void {
  let position = 0;
  for (const [name, { offset, byteLength }] of [...tensors].sort(byPlace)) {
    if (offset !== position) {
      throw new CoreInputError(`${where}: tensor '${name}': expected it to start at byte ${position}, found ${offset}`);
    }
    position += byteLength;
  }
  if (position !== dataBytes)
    throw new CoreInputError(`${where}: expected ${position} bytes of tensors, found ${dataBytes}`);
}

function byPlace([, a]: [string, TensorEntry], [, b]: [string, TensorEntry]): number {
  return a.offset - b.offset || a.byteLength - b.byteLength;
}

/** The first bytes of a file: the length of the header (u64, little-endian) and the header, padded with spaces to 8 bytes. */
export function encodeHeader({ tensors, metadata }: SafetensorsHeader): Uint8Array {
  const entries = [...tensors].map(([name, { type, shape, offset, byteLength }]) => [
    name,
    { dtype: type, shape, data_offsets: [offset, offset + byteLength] },
  ]);
  const described = Object.keys(metadata).length === 0 ? [] : [["__metadata__", metadata]];
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries([...described, ...entries])));
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(text, 8);
  return bytes;
}
