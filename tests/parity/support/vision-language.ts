// The golden of vision_language.py: configuration, weights and sessions of its parts.
import { GraphBuilder, encodeOnnx, float32Data, int64Data, type NdData } from "@dsr/dsr-core/graph";
import {
  type Fusion,
  type ModelPartName,
  type VisionLanguageConfig,
  canonicalTensorName,
  modelParts,
  parseModelConfig,
} from "@dsr/dsr-core/model";
import { type RuntimeSession, openSession } from "@dsr/dsr-core/runtime";
import { openSafetensors } from "@dsr/dsr-core/safetensors";
import { goldenPath, readGolden } from "./goldens.js";

/** One fusion variant's inputs and results. */
export interface VariantGolden {
  readonly inputIds: readonly number[];
  readonly positions: readonly (readonly number[])[];
  readonly videoStart: number;
  readonly greedy: readonly number[];
}

/** What the generator wrote beside the tensors. */
export interface VisionLanguageGolden {
  readonly reference: string;
  readonly grid: readonly [number, number, number];
  readonly secondsPerGrid: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly variants: Readonly<Record<Fusion, VariantGolden>>;
}

const WEIGHTS = "weights/";

/** The golden with all its tensors in memory. */
export async function loadVisionLanguageGolden() {
  const golden = readGolden<VisionLanguageGolden>("vision-language.json");
  const reader = await openSafetensors(goldenPath("vision-language.safetensors"));
  const tensors = new Map<string, NdData>();
  for (const name of reader.tensors.keys()) {
    const data = float32Data(reader.tensors.get(name)?.shape ?? [], await reader.readFloat32(name));
    tensors.set(name.startsWith(WEIGHTS) ? canonicalTensorName(name.slice(WEIGHTS.length)) : `golden/${name}`, data);
  }
  await reader.close();
  return { golden, tensors };
}

/** The golden's configuration with a fusion; the GSM's queries are counted in the weights. */
export function configOf(
  golden: VisionLanguageGolden,
  fusion: Fusion,
  tensors: ReadonlyMap<string, NdData>,
): VisionLanguageConfig {
  const own = golden.config["dsr_config"] as Readonly<Record<string, unknown>>;
  const json = { ...golden.config, dsr_config: { ...own, fusion } };
  return parseModelConfig(json, { where: "golden", tensors });
}

/** A session of a part with the given weights; every weight must be among them. */
export async function openPart(
  config: VisionLanguageConfig,
  name: ModelPartName,
  tensors: ReadonlyMap<string, NdData>,
): Promise<RuntimeSession> {
  const part = modelParts(config).find((each) => each.name === name);
  if (part === undefined) throw new TypeError(`the configuration has no part ${name}`);
  return openGraph((builder) => part.build(builder), tensors);
}

/** A session of any graph with the given weights. */
export async function openGraph(
  build: (builder: GraphBuilder) => void,
  tensors: ReadonlyMap<string, NdData>,
): Promise<RuntimeSession> {
  const builder = new GraphBuilder({ weights: (name) => tensors.get(name) });
  build(builder);
  const missing = builder.parameters.map(({ value }) => value.name);
  if (missing.length > 0) throw new TypeError(`weights without a tensor: ${missing.join(", ")}`);
  return openSession(encodeOnnx(builder.finish()).model, { device: "cpu", threads: 1 });
}

/** The generator's `pixels_of`: numbers within ±1 that any language repeats exactly. */
export function pixelsOf(rows: number, length: number): NdData {
  const elements = Float32Array.from(
    { length: rows * length },
    (_, place) => ((place * 7919 + Math.floor(place / 97) * 104729) % 2003) / 1001 - 1,
  );
  return float32Data([rows, length], elements);
}

/** int64 tensor of any nesting's flat numbers. */
export function integers(shape: readonly number[], numbers: readonly number[]): NdData {
  return int64Data(shape, numbers);
}
