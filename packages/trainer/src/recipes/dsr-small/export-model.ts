// A trained run as a model folder of the Hugging Face layout, ready for `dsr model convert` and for training on.
// Knows nothing about ONNX files.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "@dsr/env-bridge/contract";
import { checkTarget, makeFolder } from "@dsr/dsr-core/conversion";
import type { NdData } from "@dsr/dsr-core/graph";
import { type Fusion, modelTensors } from "@dsr/dsr-core/model";
import { clipNormalization } from "@dsr/dsr-core/processors";
import { type RawTensor, toRawTensor, writeSafetensors } from "@dsr/dsr-core/safetensors";
import { clipHeight, clipWidth, smallModelConfig, smallModelFile } from "./model-file.js";
import { type SmallTokenizerFiles, smallTokenizerFiles, smallTokens } from "./small-tokenizer.js";
import { readTrainedRun } from "./trained-weights.js";

/** What is exported. */
export interface ExportSmallOptions {
  /** Folder of a `dsr-small` run. */
  readonly run: string;
  /** Folder of the `dsr-geometry` run it was trained on. */
  readonly geometry: string;
  readonly target: string;
  /** Number format of the file; F16 when absent. */
  readonly type?: "F32" | "F16";
  readonly force?: boolean;
}

/** Writes the model of a `dsr-small` run. @throws InputError for runs that do not belong together */
export async function exportSmallModel({
  run,
  geometry,
  target,
  type = "F16",
  force,
}: ExportSmallOptions): Promise<void> {
  const trained = readTrainedRun(run, "dsr-small");
  const { fusion } = trained.manifest.configuration as { readonly fusion: Fusion };
  const names = [...modelTensors(smallModelConfig({ fusion, ...smallTokens() })).keys()];
  const weights = allWeights(names, [trained.weights, readTrainedRun(geometry, "dsr-geometry").weights]);
  await writeModelFolder(target, {
    config: smallModelFile({ fusion, ...smallTokens() }),
    tokenizer: smallTokenizerFiles(),
    picture: { height: clipHeight, width: clipWidth, patch: 16 },
    ...{ weights, type, force: force ?? false },
  });
}

/** Everything a model folder is made of. */
export interface ModelFolderContent {
  /** `config.json`. */
  readonly config: Record<string, unknown>;
  readonly tokenizer: SmallTokenizerFiles;
  /** Size of the pictures it was trained on, and side of a patch, pixels. */
  readonly picture: { readonly height: number; readonly width: number; readonly patch: number };
  readonly weights: ReadonlyMap<string, NdData>;
  readonly type: "F32" | "F16";
  /** Replaces what is there. */
  readonly force: boolean;
}

/** Writes config, tokenizer, picture settings and weights; the folder appears only when it is complete. */
export async function writeModelFolder(target: string, content: ModelFolderContent): Promise<void> {
  await checkTarget(target, { force: content.force });
  await makeFolder(target, async (folder) => {
    await mkdir(folder, { recursive: true });
    const json = (name: string, value: unknown): Promise<void> =>
      writeFile(join(folder, name), `${JSON.stringify(value, null, 1)}\n`);
    await json("config.json", content.config);
    await json("tokenizer.json", content.tokenizer.tokenizer);
    await json("tokenizer_config.json", content.tokenizer.configuration);
    await json("preprocessor_config.json", pictureSettings(content.picture));
    await writeFile(join(folder, "model.safetensors"), await safetensorsOf(content.weights, content.type));
  });
}

/** The weights of some names, each from the first source that has it. @throws InputError naming what no source has */
export function allWeights(
  names: readonly string[],
  sources: readonly ReadonlyMap<string, NdData>[],
): ReadonlyMap<string, NdData> {
  const found = names.map((name) => [name, sources.find((source) => source.has(name))?.get(name)] as const);
  const missing = found.filter(([, data]) => data === undefined).map(([name]) => name);
  if (missing.length > 0)
    throw new InputError(
      `weights: expected ${names.length}, found none of ${missing.slice(0, 3).join(", ")} (${missing.length})`,
    );
  return new Map(found.flatMap(([name, data]) => (data === undefined ? [] : [[name, data] as const])));
}

/** Pictures are brought to the size of the clips, as near as their shape allows. */
function pictureSettings({ height, width, patch }: ModelFolderContent["picture"]): Record<string, unknown> {
  const pixels = height * width;
  return {
    ...{ patch_size: patch, temporal_patch_size: 2, merge_size: 2, min_pixels: pixels, max_pixels: pixels },
    image_mean: clipNormalization.mean,
    image_std: clipNormalization.deviation,
  };
}

async function safetensorsOf(weights: ReadonlyMap<string, NdData>, type: "F32" | "F16"): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const raw = new Map<string, RawTensor>([...weights].map(([name, data]) => [name, toRawTensor(data, type)]));
  await writeSafetensors({ write: async (bytes) => void parts.push(bytes) }, raw, { format: "pt" });
  return Buffer.concat(parts);
}
