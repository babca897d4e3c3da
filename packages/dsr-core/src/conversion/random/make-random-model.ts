// Writes a checkpoint of a named configuration with random weights, tokenizer and processor settings; a whole folder or none.
// Knows nothing about ONNX.
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CoreInputError } from "../../errors.js";
import { GraphBuilder } from "../../graph/builder.js";
import { countElements, staticShape } from "../../graph/shape.js";
import { parseModelConfig } from "../../model/vision-language/config/parse-config.js";
import type { VisionLanguageConfig } from "../../model/vision-language/config/config.js";
import { modelParts } from "../../model/vision-language/parts/model-parts.js";
import { clipNormalization } from "../../processors/video-processor.js";
import { writeSafetensors, type StreamedTensor } from "../../safetensors/index.js";
import { checkTarget, makeFolder } from "../make-folder.js";
import { byteLevelTokenizer, tokenizerSettings } from "./byte-level-tokenizer.js";
import { namedConfiguration, type NamedConfiguration } from "./named-configurations.js";
import { RandomTensors } from "./random-tensor.js";

/** What to make, and where. */
export interface RandomModelOptions {
  /** Name of a configuration: see `namedConfigurations`. */
  readonly name: string;
  readonly target: string;
  /** Decides all weights; 0 when absent. */
  readonly seed?: number;
  /** Bytes above which weights go into several files; 4 GiB when absent. */
  readonly shardBytes?: number;
  /** Write models of more than 4 billion parameters. */
  readonly allowLarge?: boolean;
  /** Replace a target that is there, once the new one is complete. */
  readonly force?: boolean;
  readonly onProgress?: (bytes: number, totalBytes: number) => void;
}

/** What was written. */
export interface RandomModel {
  readonly parameters: number;
  readonly bytes: number;
  readonly files: readonly string[];
}

/** Parameters that are written without being asked twice. */
const LARGE = 4e9;

/** Writes the checkpoint. Throws CoreInputError for an unknown name, a target in use, or a model too large to be meant. */
export async function makeRandomModel(options: RandomModelOptions): Promise<RandomModel> {
  const found = namedConfiguration(options.name);
  const tensors = randomTensors(parseModelConfig(found.config, { where: found.name }), options.seed ?? 0);
  const parameters = sum([...tensors.values()].map(({ shape }) => countElements(shape)));
  if (parameters > LARGE && options.allowLarge !== true)
    throw new CoreInputError(
      `${found.name}: expected at most ${LARGE / 1e9} billion parameters, found ${(parameters / 1e9).toFixed(1)} (${((2 * parameters) / 1e9).toFixed(0)} GB); allow it explicitly`,
    );
  await checkTarget(options.target, options);
  const shards = splitShards(tensors, options.shardBytes ?? 2 ** 32);
  await makeFolder(options.target, (folder) => writeCheckpoint(folder, found, shards, options));
  return { parameters, bytes: 2 * parameters, files: shards.map(({ file }) => file) };
}

/** Every weight as its place in the model definition starts it. */
function randomTensors(config: VisionLanguageConfig, seed: number): ReadonlyMap<string, StreamedTensor> {
  const random = new RandomTensors(seed);
  const tensors = new Map<string, StreamedTensor>();
  for (const part of modelParts(config)) {
    const builder = new GraphBuilder({ name: part.name });
    part.build(builder);
    for (const { value, initializer } of builder.parameters)
      tensors.set(value.name, random.make(value.name, staticShape(value.shape, value.name), initializer));
  }
  return tensors;
}

interface Shard {
  readonly file: string;
  readonly tensors: ReadonlyMap<string, StreamedTensor>;
}

function splitShards(tensors: ReadonlyMap<string, StreamedTensor>, limit: number): readonly Shard[] {
  const groups: Map<string, StreamedTensor>[] = [new Map()];
  let bytes = 0;
  for (const [name, tensor] of tensors) {
    const own = 2 * countElements(tensor.shape);
    if (bytes > 0 && bytes + own > limit) {
      groups.push(new Map());
      bytes = 0;
    }
    groups.at(-1)?.set(name, tensor);
    bytes += own;
  }
  const number = (place: number): string => String(place).padStart(5, "0");
  return groups.map((group, place) => ({
    file:
      groups.length === 1 ? "model.safetensors" : `model-${number(place + 1)}-of-${number(groups.length)}.safetensors`,
    tensors: group,
  }));
}

async function writeCheckpoint(
  folder: string,
  found: NamedConfiguration,
  shards: readonly Shard[],
  options: RandomModelOptions,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const total = sum(
    shards.flatMap(({ tensors }) => [...tensors.values()].map(({ shape }) => 2 * countElements(shape))),
  );
  let done = 0;
  const onBytes = (bytes: number): void => options.onProgress?.(Math.min((done += bytes), total), total);
  for (const shard of shards) await writeShard(join(folder, shard.file), shard, onBytes);
  if (shards.length > 1) await writeJson(join(folder, "model.safetensors.index.json"), indexOf(shards, total));
  await writeJson(join(folder, "tokenizer.json"), byteLevelTokenizer(found.firstSpecial));
  await writeJson(join(folder, "tokenizer_config.json"), tokenizerSettings(found.firstSpecial));
  await writeJson(join(folder, "preprocessor_config.json"), processorSettings(found));
  await writeJson(join(folder, "config.json"), found.config);
}

async function writeShard(path: string, { tensors }: Shard, onBytes: (bytes: number) => void): Promise<void> {
  const file = await open(path, "w");
  try {
    const write = async (bytes: Uint8Array): Promise<void> => {
      await file.writeFile(bytes);
      onBytes(bytes.length);
    };
    await writeSafetensors({ write }, tensors, { format: "pt" });
    await file.sync();
  } finally {
    await file.close();
  }
}

function indexOf(shards: readonly Shard[], total: number): Readonly<Record<string, unknown>> {
  const entries = shards.flatMap(({ file, tensors }) => [...tensors.keys()].map((name) => [name, file] as const));
  return { metadata: { total_size: total }, weight_map: Object.fromEntries(entries) };
}

/** Qwen2.5-VL's processor with other limits on pixels and the configuration's patches. */
function processorSettings({ name, config, pixels }: NamedConfiguration): Readonly<Record<string, unknown>> {
  const [least, most] = pixels;
  const { patchSize } = parseModelConfig(config, { where: name }).vision;
  return {
    ...{ min_pixels: least, max_pixels: most, patch_size: patchSize, temporal_patch_size: 2, merge_size: 2 },
    image_mean: clipNormalization.mean,
    image_std: clipNormalization.deviation,
    image_processor_type: "Qwen2VLImageProcessor",
    processor_class: "Qwen2_5_VLProcessor",
  };
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 1)}\n`);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
