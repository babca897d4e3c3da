// A trained run as a model folder of the Hugging Face layout, ready for `dsr model convert` and for training on.
// Knows nothing about ONNX files.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "@dsr/env-bridge/contract";
import { checkTarget, makeFolder } from "@dsr/dsr-core/conversion";
import type { NdData } from "@dsr/dsr-core/graph";
import { type Fusion, modelTensors } from "@dsr/dsr-core/model";
import { type RawTensor, toRawTensor, writeSafetensors } from "@dsr/dsr-core/safetensors";
import { clipHeight, clipWidth, smallModelConfig, smallModelFile } from "./model-file.js";
import { smallTokenizerFiles, smallTokens } from "./small-tokenizer.js";
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

/** Writes config, tokenizer, picture settings and weights; the folder appears only when it is complete. */
export async function exportSmallModel({
  run,
  geometry,
  target,
  type = "F16",
  force,
}: ExportSmallOptions): Promise<void> {
  await checkTarget(target, force === undefined ? {} : { force });
  const trained = readTrainedRun(run, "dsr-small");
  const { fusion } = trained.manifest.configuration as { readonly fusion: Fusion };
  const weights = allWeights(fusion, trained.weights, readTrainedRun(geometry, "dsr-geometry").weights);
  const { tokenizer, configuration } = smallTokenizerFiles();
  await makeFolder(target, async (folder) => {
    await mkdir(folder, { recursive: true });
    const json = (name: string, content: unknown): Promise<void> =>
      writeFile(join(folder, name), `${JSON.stringify(content, null, 1)}\n`);
    await json("config.json", smallModelFile({ fusion, ...smallTokens() }));
    await json("tokenizer.json", tokenizer);
    await json("tokenizer_config.json", configuration);
    await json("preprocessor_config.json", pictureSettings());
    await writeFile(join(folder, "model.safetensors"), await safetensorsOf(weights, type));
  });
}

/** Trained weights, and of the frozen ones those the model needs. @throws InputError naming what is in neither run */
function allWeights(
  fusion: Fusion,
  trained: ReadonlyMap<string, NdData>,
  frozen: ReadonlyMap<string, NdData>,
): ReadonlyMap<string, NdData> {
  const names = [...modelTensors(smallModelConfig({ fusion, ...smallTokens() })).keys()];
  const found = names.map((name) => [name, trained.get(name) ?? frozen.get(name)] as const);
  const missing = found.filter(([, data]) => data === undefined).map(([name]) => name);
  if (missing.length > 0)
    throw new InputError(
      `weights: expected ${names.length}, found none of ${missing.slice(0, 3).join(", ")} (${missing.length})`,
    );
  return new Map(found.flatMap(([name, data]) => (data === undefined ? [] : [[name, data] as const])));
}

/** Pictures are brought to the size of the clips, as near as their shape allows. */
function pictureSettings(): Record<string, unknown> {
  const pixels = clipHeight * clipWidth;
  return {
    ...{ patch_size: 16, temporal_patch_size: 2, merge_size: 2, min_pixels: pixels, max_pixels: pixels },
    image_mean: [0.48145466, 0.4578275, 0.40821073],
    image_std: [0.26862954, 0.26130258, 0.27577711],
  };
}

async function safetensorsOf(weights: ReadonlyMap<string, NdData>, type: "F32" | "F16"): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const raw = new Map<string, RawTensor>([...weights].map(([name, data]) => [name, toRawTensor(data, type)]));
  await writeSafetensors({ write: async (bytes) => void parts.push(bytes) }, raw, { format: "pt" });
  return Buffer.concat(parts);
}
