// Opens the four models of a folder as ONNX sessions.
// Knows nothing about videos.
import { access } from "node:fs/promises";
import { join } from "node:path";
import { CoreInputError } from "@dsr/dsr-core/errors";
import { loadTokenizer } from "@dsr/dsr-core/processors";
import { type DeviceChoice, type DeviceName, openSession, type RuntimeSession } from "@dsr/dsr-core/runtime";
import { type GroundingDinoOptions, groundingDino } from "./grounding-dino/grounding-dino.js";
import { type Background, orientAnything } from "./orient-anything/orient-anything.js";
import type { MaskTracker, OrientationEstimator, Perceivers } from "./perceivers.js";
import { pi3Reconstructor } from "./pi3/pi3-reconstructor.js";
import { sam2ImageTracker } from "./sam2/image-tracker.js";
import { sam2VideoTracker } from "./sam2/video-tracker.js";

/** Where each model's files lie in the folder; see docs/guides/data.md. */
export const perceiverFiles = {
  pi3: ["pi3/model.onnx"],
  detector: ["grounding-dino/model.onnx", "grounding-dino/tokenizer.json"],
  video: ["image_encoder", "memory_attention", "image_decoder", "memory_encoder"].map(
    (name) => `sam2-video/${name}.onnx`,
  ),
  image: ["vision_encoder", "prompt_encoder_mask_decoder"].map((name) => `sam2-image/${name}.onnx`),
  orientation: ["orient-anything/model.onnx"],
} as const;

/** Device and departures from the released settings. */
export interface OpenPerceiversOptions extends GroundingDinoOptions {
  readonly device?: DeviceName | DeviceChoice;
  readonly threads?: number;
  readonly pi3Limit?: number;
  readonly background?: Background;
}

/**
 * Opens π³, GroundingDINO, SAM2 (video graphs where they are there, else image graphs) and, where it is there, Orient
 * Anything. @throws CoreInputError naming the file that is missing or does not load
 */
export async function openPerceivers(folder: string, options: OpenPerceiversOptions = {}): Promise<Perceivers> {
  const opened: RuntimeSession[] = [];
  const open = async (file: string): Promise<RuntimeSession> => {
    const { device, threads } = options;
    const session = await openSession(join(folder, file), {
      ...(device === undefined ? {} : { device }),
      ...(threads === undefined ? {} : { threads }),
    });
    opened.push(session);
    return session;
  };
  try {
    for (const file of [...perceiverFiles.pi3, ...perceiverFiles.detector]) await needFile(folder, file);
    const reconstructor = pi3Reconstructor(await open(perceiverFiles.pi3[0]), limitOf(options));
    const tokenizer = await loadTokenizer(join(folder, "grounding-dino"));
    const detector = groundingDino(await open(perceiverFiles.detector[0]), tokenizer, options);
    const tracker = await openTracker(folder, open);
    return { reconstructor, detector, tracker, orientation: await openOrientation(folder, open, options.background) };
  } catch (error) {
    for (const session of opened) await session.close();
    throw error;
  }
}

function limitOf({ pi3Limit }: OpenPerceiversOptions): { readonly limit?: number } {
  return pi3Limit === undefined ? {} : { limit: pi3Limit };
}

type Open = (file: string) => Promise<RuntimeSession>;

async function openTracker(folder: string, open: Open): Promise<MaskTracker> {
  const [encoder = "", attention = "", decoder = "", memory = ""] = perceiverFiles.video;
  if (await isThere(folder, encoder)) {
    return sam2VideoTracker({
      imageEncoder: await open(encoder),
      memoryAttention: await open(attention),
      maskDecoder: await open(decoder),
      memoryEncoder: await open(memory),
    });
  }
  const [visionEncoder = "", maskDecoder = ""] = perceiverFiles.image;
  await needFile(folder, visionEncoder);
  return sam2ImageTracker({ visionEncoder: await open(visionEncoder), maskDecoder: await open(maskDecoder) });
}

async function openOrientation(
  folder: string,
  open: Open,
  background: Background | undefined,
): Promise<OrientationEstimator | undefined> {
  const [file] = perceiverFiles.orientation;
  if (!(await isThere(folder, file))) return undefined;
  return orientAnything(await open(file), background === undefined ? {} : { background });
}

async function isThere(folder: string, file: string): Promise<boolean> {
  return access(join(folder, file)).then(
    () => true,
    () => false,
  );
}

async function needFile(folder: string, file: string): Promise<void> {
  if (await isThere(folder, file)) return;
  throw new CoreInputError(`models ${folder}: expected ${file}, found none; docs/guides/data.md lists the files`);
}

/** Closes every session. */
export async function closePerceivers({ reconstructor, detector, tracker, orientation }: Perceivers): Promise<void> {
  for (const one of [reconstructor, detector, tracker, orientation]) await one?.close();
}
