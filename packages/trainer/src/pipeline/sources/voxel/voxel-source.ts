// Films scenes of an embedded world and takes exact clues from its observations.
// Knows nothing about the world beyond the environment contract; whoever wires it hands the factory over.
import { writeFile } from "node:fs/promises";
import { clearMp4Times, even, Mp4Writer, rgbToI420 } from "@dsr/dsr-core/video";
import {
  createRandom,
  type Environment,
  type EnvironmentFactory,
  type Random,
  type Seed,
  seedText,
} from "@dsr/env-bridge";
import type { Clip, ClueSource, SkippedClip } from "../../clue-source.js";
import { type CameraStyle, cameraStyles, drawCameraWork } from "./camera-work.js";
import { ClueCollector } from "./exact-clues.js";
import { readScene, sceneKeys } from "./scene-observation.js";

/** How scenes are filmed. */
export interface VoxelSourceOptions {
  readonly seed: Seed;
  /** Height and width in pixels. */
  readonly imageSize: readonly [height: number, width: number];
  /** Game ticks between two pictures (20 a second). */
  readonly ticksPerStep: number;
  /** Sampled frames of the clues, and pictures from one to the next. */
  readonly samples: number;
  readonly stride: number;
  /** Sampled frames at the end that are left out of the video: they decide predictions. */
  readonly hiddenFrames: number;
  /** Mobs with fewer pixels do not count as seen. */
  readonly leastPixels: number;
  /** H.264's constant quantizer. */
  readonly quantizer: number;
}

/** 32 samples over 12.4 s at 5 pictures a second, in pictures of 160 × 256. */
export const defaultVoxelSourceOptions: Omit<VoxelSourceOptions, "seed"> = {
  imageSize: [160, 256],
  ticksPerStep: 4,
  samples: 32,
  stride: 2,
  hiddenFrames: 2,
  leastPixels: 20,
  quantizer: 22,
};

const ticksPerSecond = 20;

/** What is drawn for one clip before it is filmed. */
interface Script {
  readonly id: string;
  readonly task: string;
  readonly style: CameraStyle;
  readonly seed: string;
  readonly random: Random;
}

/**
 * A source of filmed scenes; every task of the environment in turn, so that all biomes come equally often.
 * @throws InputError when the factory refuses the options
 */
export async function openVoxelSource(factory: EnvironmentFactory, options: VoxelSourceOptions): Promise<ClueSource> {
  const { imageSize, ticksPerStep, seed } = options;
  const environment = await factory.create({ imageSize: [...imageSize], ticksPerStep, observe: [...sceneKeys] });
  const idOf = (index: number): string =>
    `voxel-${seedText(seed).replaceAll(/[^\w-]/g, "_")}-${String(index).padStart(5, "0")}`;
  const scriptOf = (index: number): Script => {
    const random = createRandom(seed, "clip", index);
    const { tasks } = environment.spec;
    const task = tasks[index % tasks.length]?.id ?? "";
    const style = cameraStyles[random.integer(cameraStyles.length)] ?? "still";
    return { id: idOf(index), task, style, seed: `${seedText(seed)}/clip/${index}`, random };
  };
  return {
    name: "voxel",
    settings: { ...options, seed: seedText(seed), imageSize: [...imageSize], environment: environment.spec.id },
    idOf,
    clip: (index) => film(environment, scriptOf(index), options),
    close: async () => environment.close(),
  };
}

async function film(
  environment: Environment,
  script: Script,
  options: VoxelSourceOptions,
): Promise<Clip | SkippedClip> {
  const { samples, stride, hiddenFrames, ticksPerStep } = options;
  const [height, width] = options.imageSize;
  const work = drawCameraWork(script.style, script.random);
  const clues = new ClueCollector(options.leastPixels);
  const frameRate = ticksPerSecond / ticksPerStep;
  const pictures: Uint8Array[] = [];
  const lastVisible = (samples - 1 - hiddenFrames) * stride;
  let { observation } = await environment.reset({ seed: script.seed, task: script.task });
  for (let step = 0; step <= (samples - 1) * stride; step++) {
    const scene = readScene(observation);
    if (step <= lastVisible) pictures.push(rgbToI420({ width, height, data: scene.rgb.data as Uint8Array }));
    if (step % stride === 0) clues.add(scene, step / frameRate);
    ({ observation } = await environment.step([...work(scene)]));
  }
  const finished = clues.finish({ id: script.id, width, height });
  if (finished.objects.length < 2)
    return { id: script.id, reason: `expected two objects in sight, found ${finished.objects.length}` };
  return {
    id: script.id,
    clues: finished,
    scene: script.task.replace(/^scene_/, ""),
    writeVideo: (path) =>
      encode(pictures, { path, width: even(width), height: even(height), frameRate, quantizer: options.quantizer }),
  };
}

interface Encoding {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly quantizer: number;
}

/** Encoded in memory, because dates must not reach the disk: the same clip gives the same bytes. */
async function encode(pictures: readonly Uint8Array[], { path, quantizer, ...rest }: Encoding): Promise<void> {
  const writer = await Mp4Writer.open({ ...rest, quality: { quantizer } });
  for (const planes of pictures) await writer.add(planes);
  const bytes = await writer.finish();
  clearMp4Times(bytes);
  await writeFile(path, bytes);
}
