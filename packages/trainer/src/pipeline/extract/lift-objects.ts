// From masks and points to objects in the world: centres, boxes, the longest stretch in which each is seen.
// Knows nothing about models.
import {
  type Box,
  type ClueObject,
  decodeMask,
  measureMask,
  type RunLengths,
  type Sighting,
  transformPoint,
  type Vector3,
} from "@dsr/dsr-core/geometry";
import type { SceneReconstruction, Track } from "./perceivers.js";

/** A tracked thing of a class. */
export interface TrackedObject {
  readonly class: string;
  readonly isAgent: boolean;
  readonly track: Track;
}

/** Pixels of the video. */
export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Mean of the trusted points under the mask, in world coordinates; undefined when there are none. A pixel of the video
 * takes the nearest point (rounded down) of the reconstruction, as in the released pipeline.
 */
export function centerOf(
  mask: Uint8Array,
  { width, height }: FrameSize,
  scene: SceneReconstruction,
  frame: number,
): Vector3 | undefined {
  const found = scene.frames[frame];
  if (found === undefined) return undefined;
  const sum: [number, number, number] = [0, 0, 0];
  let count = 0;
  for (const [pixel, inside] of mask.entries()) {
    if (inside === 0) continue;
    const row = Math.floor((Math.floor(pixel / width) * scene.height) / height);
    const place = row * scene.width + Math.floor(((pixel % width) * scene.width) / width);
    if (found.kept[place] !== 1) continue;
    for (const axis of [0, 1, 2] as const) sum[axis] += found.points[3 * place + axis] ?? 0;
    count++;
  }
  return count === 0 ? undefined : transformPoint(found.pose, [sum[0] / count, sum[1] / count, sum[2] / count]);
}

/** An object with a sighting in every frame of its longest stretch in sight; undefined when that is too short. */
export function liftObject(
  { track, ...rest }: TrackedObject,
  id: string,
  {
    scene,
    size,
    leastFrames,
  }: { readonly scene: SceneReconstruction; readonly size: FrameSize; readonly leastFrames: number },
): ClueObject | undefined {
  const sightings = scene.frames.map((_, frame) => sightingOf(track[frame], size, scene, frame));
  const [start, end] = longestStretch(sightings.map((sighting) => sighting !== null));
  if (end - start < leastFrames) return undefined;
  const kept = sightings.map((sighting, frame) => (frame >= start && frame < end ? sighting : null));
  return { id, ...rest, sightings: kept };
}

function sightingOf(
  runs: RunLengths | undefined,
  size: FrameSize,
  scene: SceneReconstruction,
  frame: number,
): Sighting | null {
  if (runs === undefined) return null;
  const mask = decodeMask(runs);
  const { box, pixels } = measureMask(mask, size.width);
  const center = centerOf(mask, size, scene, frame);
  if (box === undefined || center === undefined) return null;
  return { center, visibility: 1, box: box satisfies Box, pixels, mask: [...runs] };
}

/** First and last-plus-one index of the longest run of trues. */
export function longestStretch(seen: readonly boolean[]): readonly [start: number, end: number] {
  let best: readonly [number, number] = [0, 0];
  let start = 0;
  for (const [i, isSeen] of [...seen, false].entries()) {
    if (isSeen) continue;
    if (i - start > best[1] - best[0]) best = [start, i];
    start = i + 1;
  }
  return best;
}
