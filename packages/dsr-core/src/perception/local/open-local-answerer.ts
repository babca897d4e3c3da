// Opens a converted model's folder: manifest, configuration, tokenizer, sessions.
// Knows nothing about questions and actions.
import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { type ModelManifest, manifestName, readManifest, verifyModel } from "../../conversion/manifest.js";
import { type Precision, partFile } from "../../conversion/precision.js";
import { requiredJson } from "../../conversion/required-json.js";
import { CoreInputError, messageOf } from "../../errors.js";
import { type VisionLanguageConfig, parseModelConfig } from "../../model/vision-language/index.js";
import type { ModelPartName } from "../../model/vision-language/parts/model-parts.js";
import { loadTokenizer } from "../../processors/tokenizer.js";
import { readVideoSettings } from "../../processors/video-processor.js";
import { type DeviceChoice, chooseDevice } from "../../runtime/choose-device.js";
import type { DeviceName } from "../../runtime/devices.js";
import { type RuntimeSession, openSession } from "../../runtime/session.js";
import { LocalActor } from "../acting/local-actor.js";
import { LocalAnswerer, type LocalAnswererOptions } from "./local-answerer.js";
import { type OpenModel, type PartSessions, answeringParts } from "./open-model.js";

export interface OpenLocalOptions extends LocalAnswererOptions {
  /** Where to run; `auto` when absent. */
  readonly device?: DeviceName | DeviceChoice;
  /** One of the set's number formats; when absent the one that suits the device best. */
  readonly precision?: Precision;
  /** Threads for one operator; all the machine offers when absent. */
  readonly threads?: number;
  /** `hashes` (the default) reads every file once more; `sizes` is quick, and finds truncated files only. */
  readonly verify?: "hashes" | "sizes";
}

/** Best first. Processors compute in float32 and gain from few bytes; graphics cards compute in float16. */
const preferredPrecisions = {
  processor: ["fp32", "q4", "q4f16", "fp16"],
  graphics: ["fp16", "q4f16", "q4", "fp32"],
} as const satisfies Readonly<Record<string, readonly Precision[]>>;

/**
 * Opens a folder made by `convertModel` for answering.
 * @throws CoreInputError when the folder is none, or a file or part is missing or changed; DeviceError when the device
 * does not work
 */
export function openLocalAnswerer(folder: string, options: OpenLocalOptions = {}): Promise<LocalAnswerer> {
  return openWith(folder, options, (model) => new LocalAnswerer(model, options));
}

/** Opens a folder as `openLocalAnswerer`, for deciding what to do. @throws as it, and for a model without action head */
export function openLocalActor(
  folder: string,
  options: Omit<OpenLocalOptions, "cachedPairs"> = {},
): Promise<LocalActor> {
  return openWith(folder, options, (model) => new LocalActor(model));
}

async function openWith<T>(folder: string, options: OpenLocalOptions, use: (model: OpenModel) => T): Promise<T> {
  const manifest = await manifestOf(folder);
  const device = typeof options.device === "object" ? options.device : await chooseDevice(options.device ?? "auto");
  const precision = precisionFor(manifest, device, { folder, wanted: options.precision });
  await verifyModel(folder, { only: belongsTo(manifest, precision), sizesOnly: options.verify === "sizes" });
  const sessions = await openParts(folder, manifest, { device, precision, threads: options.threads });
  try {
    const config = await configOf(folder, manifest);
    const missing = answeringParts(config).find((name) => !sessions.has(name));
    if (missing !== undefined)
      throw new CoreInputError(
        `model ${folder}: expected the part ${missing}, found ${[...sessions.keys()].join(", ")}`,
      );
    const [settings, tokenizer] = [await readVideoSettings(folder), await loadTokenizer(folder)];
    const description = `${basename(resolve(folder))} ${precision} on ${device.device}`;
    return use({ description, config, settings, tokenizer, sessions });
  } catch (error) {
    await closeAll(sessions);
    throw error;
  }
}

async function manifestOf(folder: string): Promise<ModelManifest> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new CoreInputError(`model ${folder}: expected the folder of a converted model, found: ${messageOf(cause)}`, {
      cause,
    });
  });
  if (names.includes(manifestName)) return readManifest(folder);
  const hint = names.some((name) => name.endsWith(".safetensors"))
    ? "a checkpoint; make an ONNX set of it first: dsr model convert"
    : "none";
  throw new CoreInputError(`model ${folder}: expected ${manifestName} of a converted model, found ${hint}`);
}

interface WantedPrecision {
  readonly folder: string;
  readonly wanted: Precision | undefined;
}

function precisionFor(
  { precisions }: ModelManifest,
  { device }: DeviceChoice,
  { folder, wanted }: WantedPrecision,
): Precision {
  const order = wanted === undefined ? preferredPrecisions[device === "cpu" ? "processor" : "graphics"] : [wanted];
  const found = order.find((precision) => precisions.includes(precision));
  if (found !== undefined) return found;
  throw new CoreInputError(`model ${folder}: expected precision ${order.join(" or ")}, found ${precisions.join(", ")}`);
}

/** Files of the chosen precision, and those of no part at all (configuration, tokenizer). */
function belongsTo({ parts }: ModelManifest, precision: Precision): (path: string) => boolean {
  const files = Object.keys(parts).map((part) => partFile(part, precision));
  return (path) => !path.startsWith("onnx/") || files.some((file) => path === file || path.startsWith(`${file}.`));
}

interface PartOptions {
  readonly device: DeviceChoice;
  readonly precision: Precision;
  readonly threads: number | undefined;
}

async function openParts(folder: string, { parts }: ModelManifest, options: PartOptions): Promise<PartSessions> {
  const { device, precision, threads } = options;
  const sessions = new Map<ModelPartName, RuntimeSession>();
  try {
    for (const name of Object.keys(parts)) {
      const path = join(folder, partFile(name, precision));
      const session = await openSession(path, { device, ...(threads === undefined ? {} : { threads }) });
      sessions.set(name as ModelPartName, session);
    }
    return sessions;
  } catch (error) {
    await closeAll(sessions);
    throw error;
  }
}

async function configOf(folder: string, { fusion }: ModelManifest): Promise<VisionLanguageConfig> {
  const where = join(folder, "config.json");
  const config = parseModelConfig(await requiredJson(where, "a model's configuration"), { where });
  if (config.fusion === fusion) return config;
  throw new CoreInputError(`${where}: expected the fusion ${fusion} of the manifest, found ${config.fusion}`);
}

async function closeAll(sessions: PartSessions): Promise<void> {
  for (const session of sessions.values()) await session.close();
}
