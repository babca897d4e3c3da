// Looks at a model on disk, whatever there is of it: an ONNX set, a checkpoint, or a configuration alone.
// Knows nothing about running it.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Fusion } from "../model/vision-language/config/config.js";
import { parseModelConfig } from "../model/vision-language/config/parse-config.js";
import { type ModelCost, modelCost } from "./arithmetic.js";
import { openCheckpoint } from "./checkpoint.js";
import { requiredJson } from "./required-json.js";
import { type ModelManifest, manifestName, readManifest, sizeProblem } from "./manifest.js";
import { partFile, type Precision } from "./precision.js";

/** What was found. */
export interface ModelReport extends ModelCost {
  readonly kind: "converted" | "checkpoint" | "configuration";
  readonly fusion: Fusion;
  /** Bytes of weights on disk by number format: precisions of an ONNX set, element types of a checkpoint. */
  readonly stored: Readonly<Record<string, number>>;
  /** Whether everything is there that its kind needs. */
  readonly complete: boolean;
  /** What is wrong, one line each. */
  readonly problems: readonly string[];
}

/** Reports on a folder, or on a `config.json`. Throws CoreInputError when there is no configuration that can be read. */
export async function inspectModel(path: string): Promise<ModelReport> {
  if (path.endsWith(".json")) return inspectConfiguration(path);
  if (await exists(join(path, manifestName))) return inspectConverted(path);
  const weights = ["model.safetensors", "model.safetensors.index.json"].map((name) => exists(join(path, name)));
  if ((await Promise.all(weights)).includes(true)) return inspectCheckpoint(path);
  return inspectConfiguration(join(path, "config.json"));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function inspectConfiguration(path: string): Promise<ModelReport> {
  const config = parseModelConfig(await requiredJson(path, "a model's configuration"), { where: path });
  const problems = ["no weights beside the configuration"];
  return { kind: "configuration", fusion: config.fusion, stored: {}, complete: false, problems, ...modelCost(config) };
}

async function inspectCheckpoint(folder: string): Promise<ModelReport> {
  const checkpoint = await openCheckpoint(folder);
  await checkpoint.close();
  const { config, bytesByType: stored, problems } = checkpoint;
  const complete = problems.length === 0;
  return { kind: "checkpoint", fusion: config.fusion, stored, complete, problems, ...modelCost(config) };
}

async function inspectConverted(folder: string): Promise<ModelReport> {
  const manifest = await readManifest(folder);
  const where = join(folder, "config.json");
  const cost = modelCost(parseModelConfig(await requiredJson(where, "a model's configuration"), { where }));
  const problems = await fileProblems(folder, manifest);
  const missing = Object.keys(cost.parts).filter((name) => !Object.hasOwn(manifest.parts, name));
  if (missing.length > 0) problems.push(`parts left out at conversion: ${missing.join(", ")}`);
  const stored = Object.fromEntries(manifest.precisions.map((each) => [each, storedBytes(manifest, each)]));
  const { fusion } = manifest;
  return { kind: "converted", fusion, stored, complete: problems.length === 0, problems, ...cost };
}

async function fileProblems(folder: string, { files }: ModelManifest): Promise<string[]> {
  const problems: string[] = [];
  for (const [path, { bytes }] of Object.entries(files)) {
    const problem = await sizeProblem(join(folder, path), bytes);
    if (problem !== undefined) problems.push(`${path}: ${problem}`);
  }
  return problems;
}

function storedBytes({ files, parts }: ModelManifest, precision: Precision): number {
  const own = new Set(
    Object.keys(parts).flatMap((part) => [partFile(part, precision), `${partFile(part, precision)}.data`]),
  );
  return Object.entries(files).reduce((sum, [path, { bytes }]) => (own.has(path) ? sum + bytes : sum), 0);
}
