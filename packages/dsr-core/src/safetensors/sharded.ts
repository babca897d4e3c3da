// Reads a model that is spread over several safetensors files with an index, or lies in one.
// Knows nothing about configurations or tokenizers in the same folder.
import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { CoreInputError } from "../errors.js";
import { jsonIfValid } from "../json-text.js";
import { type SafetensorsReader, type TensorSummary, openSafetensors } from "./reader.js";

const indexName = "model.safetensors.index.json";
const maxIndexBytes = 64 << 20;
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/**
 * Opens `model.safetensors.index.json` and its shards, or `model.safetensors`, in a folder of the Hugging Face layout.
 * Throws CoreInputError when neither is there, or when index and shards disagree.
 */
export async function openSafetensorsFolder(folder: string): Promise<SafetensorsReader> {
  const map = await readIndex(join(folder, indexName));
  if (map === undefined) return openSafetensors(join(folder, "model.safetensors"));
  const readers = new Map<string, SafetensorsReader>();
  try {
    for (const file of new Set(map.values())) readers.set(file, await openSafetensors(join(folder, file)));
    return joinReaders(assign(map, readers, folder), [...readers.values()]);
  } catch (error) {
    await closeAll(readers.values());
    throw error;
  }
}

/** Tensor names → file names, or undefined when there is no index. */
async function readIndex(path: string): Promise<ReadonlyMap<string, string> | undefined> {
  const size = await stat(path).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined) return undefined;
  if (size > maxIndexBytes) throw new CoreInputError(`${path}: expected at most ${maxIndexBytes} bytes, found ${size}`);
  const parsed = indexSchema.safeParse(jsonIfValid(await readFile(path, "utf8")));
  if (!parsed.success)
    throw new CoreInputError(`${path}: expected {"weight_map": {tensor: file}}, found another shape`);
  const map = new Map(Object.entries(parsed.data.weight_map));
  for (const file of map.values()) checkShardName(file, path);
  return map;
}

/** A shard lies in the index's own folder; a name that leaves it is refused. */
function checkShardName(file: string, path: string): void {
  if (file === basename(file) && !file.includes("\\") && file.endsWith(".safetensors")) return;
  throw new CoreInputError(`${path}: expected the name of a safetensors file beside it, found '${file}'`);
}

function assign(
  map: ReadonlyMap<string, string>,
  readers: ReadonlyMap<string, SafetensorsReader>,
  folder: string,
): Map<string, SafetensorsReader> {
  const owners = new Map<string, SafetensorsReader>();
  for (const [name, file] of map) {
    const reader = readers.get(file);
    if (reader === undefined || !reader.tensors.has(name)) {
      throw new CoreInputError(`${join(folder, file)}: expected tensor '${name}' as ${indexName} says, found none`);
    }
    owners.set(name, reader);
  }
  return owners;
}

function joinReaders(
  owners: ReadonlyMap<string, SafetensorsReader>,
  readers: readonly SafetensorsReader[],
): SafetensorsReader {
  const ownerOf = (name: string): SafetensorsReader => {
    const owner = owners.get(name);
    if (owner === undefined)
      throw new CoreInputError(`${indexName}: expected a tensor '${name}', found ${owners.size} of other names`);
    return owner;
  };
  const tensors = new Map<string, TensorSummary>();
  for (const [name, { tensors: own }] of owners) {
    const entry = own.get(name);
    if (entry !== undefined) tensors.set(name, entry);
  }
  return {
    tensors,
    metadata: Object.assign({}, ...readers.map(({ metadata }) => metadata)) as Readonly<Record<string, string>>,
    readRaw: async (name, rows) => ownerOf(name).readRaw(name, rows),
    read: async (name) => ownerOf(name).read(name),
    readFloat32: async (name) => ownerOf(name).readFloat32(name),
    external: (name) => ownerOf(name).external(name),
    close: () => closeAll(readers),
  };
}

async function closeAll(readers: Iterable<SafetensorsReader>): Promise<void> {
  await Promise.all([...readers].map((reader) => reader.close()));
}
