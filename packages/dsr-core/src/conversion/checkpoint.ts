// A folder with configuration and safetensors, checked against the model's definition, as a source of weights.
// Knows nothing about ONNX or number formats to be written.
import { join } from "node:path";
import { CoreInputError } from "../errors.js";
import type { DeferredData } from "../graph/graph.js";
import { countElements, equalShapes, formatShape } from "../graph/shape.js";
import { openSafetensorsFolder, toFloat32, type SafetensorsReader } from "../safetensors/index.js";
import type { VisionLanguageConfig } from "../model/vision-language/config/config.js";
import { parseModelConfig } from "../model/vision-language/config/parse-config.js";
import { modelTensors } from "../model/vision-language/parts/model-tensors.js";
import { canonicalTensorName, isIgnoredTensor } from "../model/vision-language/parts/tensor-names.js";
import { requiredJson } from "./required-json.js";

/** Element types that weights may have in a checkpoint. */
const weightTypes: ReadonlySet<string> = new Set(["F32", "F16", "BF16"]);

/** An open checkpoint. Close it when done. */
export interface Checkpoint {
  readonly folder: string;
  /** The content of its `config.json`. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly config: VisionLanguageConfig;
  /** Shapes of the weights the model needs, by canonical name. */
  readonly tensors: ReadonlyMap<string, readonly number[]>;
  /** What is wrong with its tensors; empty when it is complete. */
  readonly problems: readonly string[];
  /** Bytes of its tensors by element type. */
  readonly bytesByType: Readonly<Record<string, number>>;
  /** A weight by its canonical name as float32 that is read when needed. */
  readonly weight: (name: string) => DeferredData;
  readonly close: () => Promise<void>;
}

/** Opens a folder. Throws CoreInputError when configuration or weights cannot be read at all. */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const where = join(folder, "config.json");
  const json = await requiredJson(where, "a model's configuration");
  const reader = await openSafetensorsFolder(folder);
  try {
    const config = parseModelConfig(json, { where, tensors: reader.tensors });
    return { folder, json, config, ...contentOf(config, reader) };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** Opens a folder and throws one CoreInputError that names what is missing, unknown or of another shape. */
export async function openCompleteCheckpoint(folder: string): Promise<Checkpoint> {
  const checkpoint = await openCheckpoint(folder);
  if (checkpoint.problems.length === 0) return checkpoint;
  await checkpoint.close();
  throw new CoreInputError(
    `${folder}: expected the ${checkpoint.tensors.size} tensors of its configuration, found ${checkpoint.problems.join("; ")}`,
  );
}

function contentOf(
  config: VisionLanguageConfig,
  reader: SafetensorsReader,
): Omit<Checkpoint, "folder" | "json" | "config"> {
  const stored = new Map([...reader.tensors.keys()].map((name) => [canonicalTensorName(name), name]));
  const tensors = modelTensors(config);
  return {
    tensors,
    problems: findProblems(tensors, reader, stored),
    bytesByType: bytesByType(reader),
    weight: (name) => weightOf(reader, stored.get(name) ?? name, name),
    close: () => reader.close(),
  };
}

function bytesByType({ tensors }: SafetensorsReader): Readonly<Record<string, number>> {
  const bytes: Record<string, number> = {};
  for (const { type, byteLength } of tensors.values()) bytes[type] = (bytes[type] ?? 0) + byteLength;
  return bytes;
}

function weightOf(reader: SafetensorsReader, stored: string, name: string): DeferredData {
  const shape = reader.tensors.get(stored)?.shape ?? [];
  const read: DeferredData["read"] = async (rows) => {
    const raw = await reader.readRaw(stored, rows);
    return { dtype: "float32", shape: raw.shape, data: toFloat32(name, raw) };
  };
  return { dtype: "float32", shape, byteLength: 4 * countElements(shape), read };
}

function findProblems(
  tensors: ReadonlyMap<string, readonly number[]>,
  reader: SafetensorsReader,
  stored: ReadonlyMap<string, string>,
): readonly string[] {
  const missing = [...tensors.keys()].filter((name) => !stored.has(name));
  const unknown = [...stored.keys()].filter((name) => !tensors.has(name) && !isIgnoredTensor(name));
  const wrong = [...tensors].flatMap(([name, shape]) => {
    const found = reader.tensors.get(stored.get(name) ?? "");
    return found === undefined || equalShapes(found.shape, shape)
      ? []
      : [`${name}: ${formatShape(found.shape)} for ${formatShape(shape)}`];
  });
  const types = [...tensors.keys()].flatMap((name) => {
    const found = reader.tensors.get(stored.get(name) ?? "");
    return found === undefined || weightTypes.has(found.type) ? [] : [`${name}: ${found.type}`];
  });
  return [
    ...describe(missing, "missing"),
    ...describe(unknown, "unknown"),
    ...describe(wrong, "of another shape"),
    ...describe(types, "of a type that is not F32, F16 or BF16"),
  ];
}

const shownNames = 3;

function describe(names: readonly string[], what: string): readonly string[] {
  if (names.length === 0) return [];
  const rest = names.length > shownNames ? ", …" : "";
  return [`${names.length} ${what} (${names.slice(0, shownNames).join(", ")}${rest})`];
}
