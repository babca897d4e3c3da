// Films clips of an embedded world into a clip store: the frames as a decoder gives them back, dense labels, exact clues.
// Knows nothing about the world beyond the environment contract.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readVideo } from "@dsr/dsr-core/video";
import type { Clues } from "@dsr/dsr-core/geometry";
import type { EnvironmentFactory, Seed } from "@dsr/env-bridge";
import { type Clip, isSkipped } from "../pipeline/clue-source.js";
import { defaultVoxelSourceOptions, openVoxelSource } from "../pipeline/sources/voxel/voxel-source.js";
import { ClipStoreWriter, type StoredClip } from "./clip-store.js";
import type { DenseFrame } from "./dense-labels.js";
import { observeDensely } from "./dense-observer.js";

/** What is filmed, and how far the filming is. */
export interface FilmOptions {
  readonly out: string;
  readonly clips: number;
  readonly seed: Seed;
  /** Sampled frames of a clip, the hidden ones at its end included. */
  readonly samples: number;
  readonly onClip?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/** Films until the store has as many clips as asked for; goes on where a former run stopped. */
export async function filmClips(factory: EnvironmentFactory, options: FilmOptions): Promise<number> {
  const { out, seed, samples } = options;
  const settings = { ...defaultVoxelSourceOptions, samples, seed };
  const observer = observeDensely(factory, settings.stride, { pictureEvery: settings.stride });
  const source = await openVoxelSource(observer.factory, settings);
  const [height, width] = settings.imageSize;
  const frames = samples - settings.hiddenFrames;
  const store = ClipStoreWriter.open(out, { frames, height, width, settings: source.settings });
  const scratch = await mkdtemp(join(tmpdir(), "dsr-film-"));
  try {
    for (let index = store.nextIndex; store.count < options.clips; index++) {
      if (options.signal?.aborted === true) break;
      const clip = await source.clip(index);
      if (isSkipped(clip)) continue;
      const rgb = await decodedFrames(clip, { path: join(scratch, "clip.mp4"), frames, stride: settings.stride });
      store.add(index, { rgb, ...packLabels(observer.frames().slice(0, frames), clip.clues), clues: clip.clues });
      options.onClip?.(store.count);
    }
  } finally {
    store.close();
    await source.close();
    await rm(scratch, { recursive: true, force: true });
  }
  return store.count;
}

/** The sampled frames as whoever watches the video sees them: encoding leaves its marks. */
async function decodedFrames(
  clip: Clip,
  { path, frames, stride }: { readonly path: string; readonly frames: number; readonly stride: number },
): Promise<Uint8Array> {
  await clip.writeVideo(path);
  const pictures: Uint8Array[] = [];
  let at = 0;
  for await (const { data } of readVideo(path))
    if (at++ % stride === 0 && pictures.length < frames) pictures.push(data);
  return Uint8Array.from(Buffer.concat(pictures));
}

/** Depth bytes and object numbers of all frames, one after the other. */
function packLabels(frames: readonly DenseFrame[], clues: Clues): Pick<StoredClip, "depths" | "objects"> {
  const numberOf = new Map(clues.objects.map(({ id }, place) => [Number(id), Math.min(255, place + 1)]));
  const depths = Uint8Array.from(frames.flatMap((frame) => [...frame.depths]));
  const objects = Uint8Array.from(frames.flatMap((frame) => [...frame.instances].map((id) => numberOf.get(id) ?? 0)));
  return { depths, objects };
}
