// Reads safetensors files tensor by tensor; only the header is held in memory.
// Knows nothing about models or the names of their tensors.
import { type FileHandle, open } from "node:fs/promises";
import { CoreInputError } from "../errors.js";
import type { ExternalData, NdData, RowRange } from "../graph/graph.js";
import { type SafetensorsHeader, type TensorEntry, maxHeaderBytes, parseHeader } from "./format.js";
import { type RawTensor, toFloat32, toNdData } from "./raw-tensor.js";

/** What a header says about a tensor. */
export type TensorSummary = Pick<TensorEntry, "type" | "shape" | "byteLength">;

/** Tensors by name, read when asked for. Close it when done. */
export interface SafetensorsReader {
  readonly tensors: ReadonlyMap<string, TensorSummary>;
  readonly metadata: Readonly<Record<string, string>>;
  /** The bytes as stored, of all rows or some (along the first axis). Throws CoreInputError for an unknown name. */
  readRaw(name: string, rows?: RowRange): Promise<RawTensor>;
  /** The elements; BF16 widened to float32. */
  read(name: string): Promise<NdData>;
  /** Any floating-point type as float32. */
  readFloat32(name: string): Promise<Float32Array>;
  /** The place of a tensor in its file, for graphs that keep their weights outside. Types of NdData only. */
  external(name: string): ExternalData;
  close(): Promise<void>;
}

/** Opens one file and checks its header. Throws CoreInputError when it is missing, cut short or not safetensors. */
export async function openSafetensors(path: string): Promise<SafetensorsReader> {
  const file = await openFile(path);
  try {
    const { header, start } = await readHeader(file, path);
    return createReader(file, { path, header, start });
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (cause) {
    throw new CoreInputError(`${path}: expected a safetensors file, found ${(cause as NodeJS.ErrnoException).code}`, {
      cause,
    });
  }
}

interface Opened {
  readonly path: string;
  readonly header: SafetensorsHeader;
  /** Bytes before the first tensor. */
  readonly start: number;
}

async function readHeader(file: FileHandle, path: string): Promise<Omit<Opened, "path">> {
  const { size } = await file.stat();
  if (size < 8) throw new CoreInputError(`${path}: expected at least 8 bytes of safetensors, found ${size}`);
  const length = Number((await readBytes(file, 0, 8, path)).readBigUInt64LE(0));
  const limit = Math.min(maxHeaderBytes, size - 8);
  if (length > limit) throw new CoreInputError(`${path}: expected a header of at most ${limit} bytes, found ${length}`);
  const json = await readBytes(file, 8, length, path);
  return { header: parseHeader(json, size - 8 - length, path), start: 8 + length };
}

function createReader(file: FileHandle, { path, header, start }: Opened): SafetensorsReader {
  const entryOf = (name: string) => findEntry(header, name, path);
  const readRaw = async (name: string, rows?: RowRange): Promise<RawTensor> => {
    const { type, shape, offset, byteLength } = partOf(entryOf(name), rows, `${path}: tensor '${name}'`);
    return { type, shape, bytes: await readBytes(file, start + offset, byteLength, path) };
  };
  return {
    tensors: header.tensors,
    metadata: header.metadata,
    readRaw,
    read: async (name) => toNdData(name, await readRaw(name)),
    readFloat32: async (name) => toFloat32(name, await readRaw(name)),
    external: (name) => externalData(name, entryOf(name), path, start),
    close: () => file.close(),
  };
}

function findEntry(header: SafetensorsHeader, name: string, path: string): TensorEntry {
  const entry = header.tensors.get(name);
  if (entry !== undefined) return entry;
  throw new CoreInputError(`${path}: expected a tensor '${name}', found ${header.tensors.size} of other names`);
}

/** The place of some rows. */
function partOf(entry: TensorEntry, rows: RowRange | undefined, where: string): TensorEntry {
  if (rows === undefined) return entry;
  const [count = 0, ...rest] = entry.shape;
  const { start, end } = rows;
  if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= count))
    throw new CoreInputError(`${where}: expected rows within 0 … ${count}, found ${start} … ${end}`);
  const rowBytes = entry.byteLength / count;
  const [offset, byteLength] = [entry.offset + start * rowBytes, (end - start) * rowBytes];
  return { type: entry.type, shape: [end - start, ...rest], offset, byteLength };
}

function externalData(
  name: string,
  { type, shape, offset, byteLength }: TensorEntry,
  file: string,
  start: number,
): ExternalData {
  if (type === "BF16")
    throw new CoreInputError(`${file}: tensor '${name}': expected a type usable in place, found BF16`);
  const { dtype } = toNdData(name, { type, shape: [0], bytes: new Uint8Array() });
  return { dtype, shape, file, offset: start + offset, byteLength };
}

async function readBytes(
  file: FileHandle,
  position: number,
  length: number,
  path: string,
): Promise<Buffer<ArrayBuffer>> {
  // Memory of its own (never the shared pool), so that typed arrays can lie over it.
  const bytes = Buffer.from(new ArrayBuffer(length));
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, Math.min(length - done, 1 << 30), position + done);
    if (bytesRead === 0) throw new CoreInputError(`${path}: expected ${length} bytes at ${position}, found ${done}`);
    done += bytesRead;
  }
  return bytes;
}
