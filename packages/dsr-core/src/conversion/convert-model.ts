// Turns a folder of safetensors and a configuration into a folder of ONNX files with a manifest; a whole folder or none.
// Knows nothing about what the model computes: its definition says which parts there are.
import { createHash, type Hash } from "node:crypto";
import { copyFile, mkdir, open, readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { CoreInputError } from "../errors.js";
import { constantBytes, encodeOnnx, writeOnnx } from "../graph/onnx/index.js";
import type { Graph } from "../graph/graph.js";
import { openCompleteCheckpoint, type Checkpoint } from "./checkpoint.js";
import { checkTarget, makeFolder } from "./make-folder.js";
import { hashFile, manifestFormat, manifestName, type FileRecord, type ModelManifest } from "./manifest.js";
import { modelParts } from "../model/vision-language/parts/model-parts.js";
import { buildPart, countParameters, type BuiltPart } from "./built-part.js";
import { partFile, withPrecision, type Precision } from "./precision.js";
import { toolVersion } from "./tool-version.js";

/** What to convert, and where to. */
export interface ConvertOptions {
  /** Folder with config.json, safetensors, and the tokenizer's and processor's files. */
  readonly source: string;
  /** Folder to make. */
  readonly target: string;
  readonly precision: readonly Precision[];
  /** Names of the parts to write; all when absent. */
  readonly parts?: readonly string[];
  /** Replace a target that is there, once the new one is complete. */
  readonly force?: boolean;
  readonly onProgress?: (progress: ConversionProgress) => void;
}

/** How far a conversion is. */
export interface ConversionProgress {
  /** File being written, or being read to hash the source. */
  readonly file: string;
  readonly bytes: number;
  readonly totalBytes: number;
}

/** Files that go along unchanged, where they are present. */
const companions: ReadonlySet<string> = new Set([
  ...["generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"],
  ...["added_tokens.json", "vocab.json", "merges.txt", "chat_template.json", "chat_template.jinja"],
  ...["preprocessor_config.json", "video_preprocessor_config.json", "processor_config.json"],
]);

/**
 * Writes the ONNX set of a checkpoint and gives its manifest. Memory stays near the largest slab of a tensor. Throws
 * CoreInputError for what a person can mend, before anything is written where possible; a failure leaves nothing behind.
 */
export async function convertModel(options: ConvertOptions): Promise<ModelManifest> {
  checkOptions(options);
  await checkTarget(options.target, options);
  const checkpoint = await openCompleteCheckpoint(options.source);
  try {
    return await makeFolder(options.target, (folder) => writeSet(checkpoint, folder, options));
  } finally {
    await checkpoint.close();
  }
}

function checkOptions({ source, target, precision }: ConvertOptions): void {
  if (precision.length === 0) throw new CoreInputError("precision: expected at least one, found none");
  if (resolve(target) === resolve(source))
    throw new CoreInputError(`${target}: expected another folder than the source`);
}

/** A graph and the file it becomes. */
interface PlannedFile {
  readonly path: string;
  readonly graph: Graph;
}

function planFiles(parts: readonly BuiltPart[], precision: readonly Precision[]): readonly PlannedFile[] {
  return precision.flatMap((each) =>
    parts.map(({ name, graph }) => ({ path: partFile(name, each), graph: withPrecision(graph, each) })),
  );
}

function choosePartNames(available: readonly string[], wanted: readonly string[] | undefined): readonly string[] {
  const unknown = wanted?.find((name) => !available.includes(name));
  if (unknown === undefined) return available.filter((name) => wanted?.includes(name) ?? true);
  throw new CoreInputError(`part: expected one of ${available.join(", ")}, found '${unknown}'`);
}

function buildParts(checkpoint: Checkpoint, wanted: readonly string[] | undefined): readonly BuiltPart[] {
  const parts = modelParts(checkpoint.config);
  const names = choosePartNames(
    parts.map(({ name }) => name),
    wanted,
  );
  return parts.filter(({ name }) => names.includes(name)).map((part) => buildPart(part, checkpoint.weight));
}

async function writeSet(checkpoint: Checkpoint, folder: string, options: ConvertOptions): Promise<ModelManifest> {
  const parts = buildParts(checkpoint, options.parts);
  const precision = [...new Set(options.precision)];
  const planned = planFiles(parts, precision);
  const sources = await sourceFiles(checkpoint.folder);
  const progress = new ProgressCount(await totalBytes(planned, checkpoint.folder, sources), options.onProgress);
  await mkdir(join(folder, "onnx"), { recursive: true });
  const files: Record<string, FileRecord> = {};
  for (const each of planned) Object.assign(files, await writePart(each, folder, progress));
  Object.assign(files, await copyCompanions(checkpoint.folder, folder));
  files["config.json"] = await writeConfiguration(checkpoint, folder);
  const manifest: ModelManifest = {
    format: manifestFormat,
    tool: toolVersion(),
    fusion: checkpoint.config.fusion,
    precisions: precision,
    parameters: countParameters(checkpoint.tensors),
    parts: Object.fromEntries(parts.map(({ name, weights }) => [name, { parameters: countParameters(weights) }])),
    source: await hashSources(checkpoint.folder, sources, progress),
    files,
  };
  await writeSynchronised(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** Adds up bytes over all files. */
class ProgressCount {
  readonly #total: number;
  readonly #report: (progress: ConversionProgress) => void;
  #done = 0;

  constructor(total: number, report: ConvertOptions["onProgress"]) {
    this.#total = total;
    this.#report = report ?? (() => undefined);
  }

  add(file: string, bytes: number): void {
    this.#done += bytes;
    this.#report({ file, bytes: this.#done, totalBytes: this.#total });
  }
}

async function totalBytes(
  planned: readonly PlannedFile[],
  folder: string,
  sources: readonly string[],
): Promise<number> {
  const read = await Promise.all(sources.map(async (name) => (await stat(join(folder, name))).size));
  return [...planned.map(bytesToWrite), ...read].reduce((sum, bytes) => sum + bytes, 0);
}

function bytesToWrite({ path, graph }: PlannedFile): number {
  const { model, external } = encodeOnnx(graph, { externalFile: `${basename(path)}.data` });
  const last = external.at(-1);
  return model.length + (last === undefined ? 0 : last.offset + constantBytes(last.data));
}

/** Writes a graph and hashes its files on the way. */
async function writePart(
  { path, graph }: PlannedFile,
  folder: string,
  progress: ProgressCount,
): Promise<Readonly<Record<string, FileRecord>>> {
  const hashes = new Map<string, { readonly hash: Hash; bytes: number }>();
  const onBytes = (file: string, piece: Uint8Array): void => {
    const entry = hashes.get(file) ?? { hash: createHash("sha256"), bytes: 0 };
    hashes.set(file, entry);
    entry.hash.update(piece);
    entry.bytes += piece.length;
    progress.add(path, piece.length);
  };
  const files = await writeOnnx(graph, join(folder, path), { external: "always", onBytes });
  return Object.fromEntries(
    files.map((file): [string, FileRecord] => {
      const { hash, bytes = 0 } = hashes.get(file) ?? {};
      return [`onnx/${basename(file)}`, { bytes, sha256: hash?.digest("hex") ?? "" }];
    }),
  );
}

/** The files whose content decides what is written. */
async function sourceFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name === "config.json" || /\.safetensors(\.index\.json)?$/.test(name)).sort();
}

async function hashSources(
  folder: string,
  names: readonly string[],
  progress: ProgressCount,
): Promise<Readonly<Record<string, FileRecord>>> {
  const records: Record<string, FileRecord> = {};
  for (const name of names) records[name] = await hashFile(join(folder, name), (bytes) => progress.add(name, bytes));
  return records;
}

async function copyCompanions(from: string, to: string): Promise<Readonly<Record<string, FileRecord>>> {
  const records: Record<string, FileRecord> = {};
  for (const name of (await readdir(from)).sort()) {
    if (!companions.has(name)) continue;
    await copyFile(join(from, name), join(to, name));
    records[name] = await hashFile(join(to, name));
  }
  return records;
}

/** Released configurations say nothing about the GSM, which only their weights show; the set's own configuration does. */
async function writeConfiguration({ config, json }: Checkpoint, folder: string): Promise<FileRecord> {
  const own = json["dsr_config"];
  const described = typeof own === "object" ? own : {};
  const queries = config.gsm === undefined ? {} : { num_queries: config.gsm.queries };
  const whole = { ...json, dsr_config: { ...described, fusion: config.fusion, ...queries } };
  const path = join(folder, "config.json");
  await writeSynchronised(path, `${JSON.stringify(whole, null, 2)}\n`);
  return hashFile(path);
}

async function writeSynchronised(path: string, text: string): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
