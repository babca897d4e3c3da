// Writes a graph's ONNX model to disk, the elements beside it when they are many; whole files or none.
// Knows nothing about sessions.
import { open, rename, rm, writeFile, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CoreInputError } from "../../errors.js";
import type { Graph } from "../graph.js";
import { isExternal } from "../graph.js";
import { encodeOnnx, LARGEST_MODEL_BYTES, rawBytes, type EncodedModel } from "./encode.js";

/** Where elements go. */
export interface WriteOnnxOptions {
  /** Put elements beside the model in `<model>.data`: always, never, or when they would not fit inside. */
  readonly external?: "always" | "never" | "when-large";
}

/** Half of what the format allows is left for everything that is not elements. */
const LARGE = LARGEST_MODEL_BYTES / 2;

function constantBytes(graph: Graph): number {
  return graph.constants.reduce((sum, { data }) => sum + (isExternal(data) ? 0 : data.data.byteLength), 0);
}

async function writeElements(file: FileHandle, external: EncodedModel["external"]): Promise<void> {
  for (const { data, offset } of external) {
    const bytes = rawBytes(data);
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, done, Math.min(bytes.length - done, 2 ** 30), offset + done);
      done += bytesWritten;
    }
  }
  await file.sync();
}

async function writeExternal(path: string, external: EncodedModel["external"]): Promise<void> {
  const file = await open(path, "w");
  try {
    await writeElements(file, external);
  } finally {
    await file.close();
  }
}

function wantsExternal(graph: Graph, options: WriteOnnxOptions): boolean {
  const { external = "when-large" } = options;
  return external === "always" || (external === "when-large" && constantBytes(graph) > LARGE);
}

/** Writes `path` (and `<path>.data`); both appear only when complete. Paths of the files written. */
export async function writeOnnx(
  graph: Graph,
  path: string,
  options: WriteOnnxOptions = {},
): Promise<readonly string[]> {
  const externalFile = `${basename(path)}.data`;
  const outside = wantsExternal(graph, options);
  const { model, external } = encodeOnnx(graph, outside ? { externalFile } : {});
  const suffix = `.${process.pid}.partial`;
  const files = [path, ...(external.length > 0 ? [join(dirname(path), externalFile)] : [])];
  const [, dataPath] = files;
  try {
    if (dataPath !== undefined) await writeExternal(dataPath + suffix, external);
    await writeFile(path + suffix, model);
    for (const file of files.toReversed()) await rename(file + suffix, file);
  } catch (error) {
    await Promise.all(files.map((file) => rm(file + suffix, { force: true })));
    throw new CoreInputError(`ONNX file ${path}: expected to write it, found ${String(error)}`, { cause: error });
  }
  return files;
}
