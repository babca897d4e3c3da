// Writes a graph's ONNX model to disk, the elements beside it when they are many; whole files or none.
// Knows nothing about sessions.
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CoreError, CoreInputError } from "../../errors.js";
import { isDeferred, isExternal, type DeferredData, type Graph, type NdData } from "../graph.js";
import { constantBytes, encodeOnnx, LARGEST_MODEL_BYTES, rawBytes, type EncodedModel } from "./encode.js";
import { readInSlabs } from "./slabs.js";

/** Where elements go, and who watches. */
export interface WriteOnnxOptions {
  /** Put elements beside the model in `<model>.data`: always, never, or when they would not fit inside or are read later. */
  readonly external?: "always" | "never" | "when-large";
  /** Sees the bytes of each file (its final path), in order, as they are written: for hashes and progress. */
  readonly onBytes?: (path: string, bytes: Uint8Array) => void;
}

/** Half of what the format allows is left for everything that is not elements. */
const LARGE = LARGEST_MODEL_BYTES / 2;

/** Largest piece given to the file system at once. */
const PIECE_BYTES = 2 ** 26;

/** A file written from front to back. */
class OrderedFile {
  readonly #file: FileHandle;
  readonly #onBytes: (bytes: Uint8Array) => void;
  #end = 0;

  constructor(file: FileHandle, onBytes: (bytes: Uint8Array) => void) {
    this.#file = file;
    this.#onBytes = onBytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) await this.#writePiece(bytes.subarray(at, at + PIECE_BYTES));
  }

  /** Zeros up to an offset. */
  async padTo(offset: number): Promise<void> {
    await this.write(new Uint8Array(offset - this.#end));
  }

  async #writePiece(piece: Uint8Array): Promise<void> {
    for (let done = 0; done < piece.length;) {
      const { bytesWritten } = await this.#file.write(piece, done, piece.length - done, this.#end + done);
      done += bytesWritten;
    }
    this.#end += piece.length;
    this.#onBytes(piece);
  }
}

async function writeElements(file: OrderedFile, data: NdData | DeferredData): Promise<void> {
  if (isDeferred(data)) for await (const slab of readInSlabs(data)) await file.write(rawBytes(slab));
  else await file.write(rawBytes(data));
}

async function writeFileWith(
  path: string,
  onBytes: (bytes: Uint8Array) => void,
  write: (file: OrderedFile) => Promise<void>,
): Promise<void> {
  const handle = await open(path, "w");
  try {
    await write(new OrderedFile(handle, onBytes));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeExternal(file: OrderedFile, external: EncodedModel["external"]): Promise<void> {
  for (const { data, offset } of external) {
    await file.padTo(offset);
    await writeElements(file, data);
  }
}

function wantsExternal({ constants }: Graph, options: WriteOnnxOptions): boolean {
  const { external = "when-large" } = options;
  if (external !== "when-large") return external === "always";
  const bytes = constants.reduce((sum, { data }) => sum + (isExternal(data) ? 0 : constantBytes(data)), 0);
  return bytes > LARGE || constants.some(({ data }) => isDeferred(data));
}

/** Writes `path` (and `<path>.data`); both appear only when complete. Paths of the files written. */
export async function writeOnnx(
  graph: Graph,
  path: string,
  options: WriteOnnxOptions = {},
): Promise<readonly string[]> {
  const externalFile = `${basename(path)}.data`;
  const { model, external } = encodeOnnx(graph, wantsExternal(graph, options) ? { externalFile } : {});
  const suffix = `.${process.pid}.partial`;
  const files = [path, ...(external.length > 0 ? [join(dirname(path), externalFile)] : [])];
  const [, dataPath] = files;
  const watch = (file: string) => (bytes: Uint8Array) => options.onBytes?.(file, bytes);
  try {
    if (dataPath !== undefined)
      await writeFileWith(dataPath + suffix, watch(dataPath), (file) => writeExternal(file, external));
    await writeFileWith(path + suffix, watch(path), (file) => file.write(model));
    for (const file of files.toReversed()) await rename(file + suffix, file);
  } catch (error) {
    await Promise.all(files.map((file) => rm(file + suffix, { force: true })));
    // What reading an element found wrong already says so itself.
    if (error instanceof CoreError) throw error;
    throw new CoreInputError(`ONNX file ${path}: expected to write it, found ${String(error)}`, { cause: error });
  }
  return files;
}
