// Turns a folder of safetensors and a configuration into a folder of ONNX files with a manifest; a whole folder or none.
// Knows nothing about what the model computes: a definition says which parts there are.
import { createHash, type Hash } from "node:crypto";
import { copyFile, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { CoreInputError, messageOf } from "../errors.js";
import { constantBytes, writeOnnx } from "../graph/onnx/index.js";
import type { Graph } from "../graph/graph.js";
import { openCompleteCheckpoint, type Checkpoint } from "./checkpoint.js";
import { hashFile, manifestFormat, manifestName, type FileRecord, type ModelManifest } from "./manifest.js";
import { buildPart, countParameters, type BuiltPart, type DefineModel } from "./model-definition.js";
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
  ...["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"],
  ...["added_tokens.json", "vocab.json", "merges.txt", "chat_template.json", "chat_template.jinja"],
  ...["preprocessor_config.json", "video_preprocessor_config.json", "processor_config.json"],
]);

/** Converts a model by its definition and gives the manifest it wrote. Throws CoreInputError for what a person can mend. */
export async function convertWith(define: DefineModel, options: ConvertOptions): Promise<ModelManifest> {
  const target = resolve(options.target);
  await checkTarget(target, options);
  const checkpoint = await openCompleteCheckpoint(options.source, define);
  const partial = join(dirname(target), `.${basename(target)}.${process.pid}.partial`);
  try {
    const manifest = await writeSet(checkpoint, partial, options);
    await replaceFolder(partial, target);
    return manifest;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  } finally {
    await checkpoint.close();
  }
}

async function checkTarget(target: string, { source, precision, force }: ConvertOptions): Promise<void> {
  if (precision.length === 0) throw new CoreInputError("precision: expected at least one, found none");
  if (target === resolve(source)) throw new CoreInputError(`${target}: expected another folder than the source`);
  const found = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new CoreInputError(`${target}: expected a folder or nothing, found ${messageOf(error)}`, { cause: error });
  });
  if (found.length > 0 && force !== true)
    throw new CoreInputError(`${target}: expected no folder or an empty one, found ${found.length} files (use force to replace it)`);
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

async function writeSet(checkpoint: Checkpoint, folder: string, options: ConvertOptions): Promise<ModelManifest> {
  const { definition } = checkpoint;
  const names = choosePartNames(definition.parts.map(({ name }) => name), options.parts);
  const parts = definition.parts
    .filter(({ name }) => names.includes(name))
    .map((part) => buildPart(part, checkpoint.weight));
  const planned = planFiles(parts, [...new Set(options.precision)]);
  const sources = await sourceFiles(checkpoint.folder);
  const progress = createProgress(planned, sources, options.onProgress);
  await mkdir(join(folder, "onnx"), { recursive: true });
  const files: Record<string, FileRecord> = {};
  for (const each of planned) Object.assign(files, await writeGraph(each, folder, progress));
  Object.assign(files, await copyCompanions(checkpoint.folder, folder));
  const manifest: ModelManifest = {
    format: manifestFormat,
    tool: toolVersion(),
    description: definition.description,
    precisions: [...new Set(options.precision)],
    parameters: countParameters(definition.tensors),
    parts: Object.fromEntries(parts.map(({ name, weights }) => [name, { parameters: countParameters(weights) }])),
    source: await hashSources(checkpoint.folder, sources, progress),
    files,
  };
  await writeFile(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}
