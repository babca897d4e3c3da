// What an ONNX set says about itself: where it came from, its precisions and parts, and what its files must hash to.
// Knows nothing about graphs.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { CoreInputError } from "../errors.js";
import { checkShape } from "../processors/json-file.js";
import { requiredJson } from "./required-json.js";
import { precisions } from "./precision.js";

/** Name of the manifest in a converted folder; it is written last. */
export const manifestName = "dsr-manifest.json";

/** The format's name; another one is refused. */
export const manifestFormat = "dsr.model.v1";

const count = z.number().int().nonnegative();
const fileSchema = z.object({ bytes: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) });
/** A path below the folder, with forward slashes. */
const pathSchema = z.string().regex(/^(?!.*(^|\/)\.\.?(\/|$))[\w.-]+(\/[\w.-]+)*$/);

/** Schema of the manifest. */
export const modelManifestSchema = z.object({
  format: z.literal(manifestFormat),
  /** Version of the tool that wrote the set. */
  tool: z.string(),
  /** How geometry reaches the language model. */
  fusion: z.enum(["plain", "addition", "gsm"]),
  precisions: z.array(z.enum(precisions)).min(1),
  /** Parameters of the whole model; parts may share some. */
  parameters: count,
  parts: z.record(z.string(), z.object({ parameters: count })),
  /** Files that the set was made from, by name. */
  source: z.record(z.string(), fileSchema),
  /** Files of the set, by path. */
  files: z.record(pathSchema, fileSchema),
});

/** The manifest of an ONNX set. */
export type ModelManifest = z.output<typeof modelManifestSchema>;

/** Size and hash of a file. */
export type FileRecord = z.output<typeof fileSchema>;

/** Reads the manifest of a converted folder. Throws CoreInputError when there is none, or one of another format. */
export async function readManifest(folder: string): Promise<ModelManifest> {
  const path = join(folder, manifestName);
  return checkShape(await requiredJson(path, "the manifest of a converted model"), modelManifestSchema, path);
}

/** Size and SHA-256 of a file, read from front to back. */
export async function hashFile(path: string, onBytes: (bytes: number) => void = () => undefined): Promise<FileRecord> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(piece);
    bytes += piece.length;
    onBytes(piece.length);
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** What to check. */
export interface VerifyOptions {
  /** Only files for which this is true; all when absent. */
  readonly only?: (path: string) => boolean;
  /** Compare sizes alone: fast, finds truncated files but not damaged ones. */
  readonly sizesOnly?: boolean;
  readonly onProgress?: (bytes: number, totalBytes: number) => void;
}

/** Checks the files of a converted folder against its manifest. Throws CoreInputError that names the first wrong one. */
export async function verifyModel(folder: string, options: VerifyOptions = {}): Promise<ModelManifest> {
  const manifest = await readManifest(folder);
  const files = Object.entries(manifest.files).filter(([path]) => options.only?.(path) ?? true);
  for (const [path, { bytes }] of files) await checkSize(join(folder, path), bytes);
  if (options.sizesOnly === true) return manifest;
  const total = files.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  let done = 0;
  for (const [path, { sha256 }] of files) {
    const found = await hashFile(join(folder, path), (bytes) => options.onProgress?.((done += bytes), total));
    if (found.sha256 !== sha256)
      throw new CoreInputError(
        `${join(folder, path)}: expected SHA-256 ${sha256.slice(0, 12)}…, found ${found.sha256.slice(0, 12)}… (the file was changed after conversion)`,
      );
  }
  return manifest;
}

/** What is wrong with the size of a file, if anything: what was expected and what was found. */
export async function sizeProblem(path: string, bytes: number): Promise<string | undefined> {
  const found = await stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
  return found === bytes ? undefined : `expected ${bytes} bytes, found ${found ?? "no such file"}`;
}

async function checkSize(path: string, bytes: number): Promise<void> {
  const problem = await sizeProblem(path, bytes);
  if (problem !== undefined) throw new CoreInputError(`${path}: ${problem}`);
}
