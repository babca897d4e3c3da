// Sampled frames to 4D clues: cameras and points, objects found and followed, centres, orientations.
// Knows nothing about which models look; whoever calls hands them over.
import {
  cameraToAgentRotation,
  type ClueObject,
  type Clues,
  decodeMask,
  measureMask,
  multiplyRotations,
  rotationOf,
  type Sighting,
  transposeRotation,
} from "@dsr/dsr-core/geometry";
import { CoreInputError } from "@dsr/dsr-core/errors";
import type { VideoFrameImage } from "@dsr/dsr-core/video";
import { overlap } from "./grounding-dino/choose-boxes.js";
import { intrinsicsOf } from "./focal-length.js";
import { liftObject, type TrackedObject } from "./lift-objects.js";
import type { Perceivers, SceneReconstruction, Track, TrackStart } from "./perceivers.js";

/** How objects are looked for. */
export interface ExtractOptions {
  /** Frames in which the detector looks; things found again are not followed twice. The released code looks in one. */
  readonly detections: number;
  /** Objects with fewer frames in sight in a row are left out. */
  readonly leastFrames: number;
  /** Objects at most, the surest first. */
  readonly mostObjects: number;
}

export const defaultExtractOptions: ExtractOptions = { detections: 3, leastFrames: 5, mostObjects: 16 };

/** A sampled video. */
export interface SampledVideo {
  readonly id: string;
  readonly frames: readonly VideoFrameImage[];
  readonly agents: readonly string[];
  readonly objects: readonly string[];
}

/** @throws CoreInputError when the video has too few frames, or too few objects are seen for long enough */
export async function extractClues(
  { id, frames, agents, objects }: SampledVideo,
  perceivers: Perceivers,
  options: ExtractOptions = defaultExtractOptions,
): Promise<Clues> {
  const [first] = frames;
  if (first === undefined || frames.length < options.leastFrames)
    throw new CoreInputError(`expected at least ${options.leastFrames} frames, found ${frames.length}`);
  const scene = await perceivers.reconstructor.reconstruct(frames);
  const tracked = await findObjects(frames, { agents, objects }, perceivers, options);
  const size = { width: first.width, height: first.height };
  const lifted = tracked.flatMap(
    (object, i) =>
      liftObject(object, `${object.class}-${i + 1}`, { scene, size, leastFrames: options.leastFrames }) ?? [],
  );
  if (lifted.length < 2)
    throw new CoreInputError(
      `expected two objects in sight for ${options.leastFrames} frames, found ${lifted.length} of ${tracked.length} tracked`,
    );
  const found: ClueObject[] = [];
  for (const object of lifted)
    found.push(object.isAgent ? await withOrientations(object, frames, scene, perceivers) : object);
  return {
    format: "dsr.clues",
    formatVersion: 1,
    video: { id, ...size },
    unit: scene.unit,
    source: { name: sourceName(perceivers), precision: "estimated" },
    frames: frames.map(({ timestamp }, i) => ({
      timestamp: timestamp - first.timestamp,
      pose: [...(scene.frames[i]?.pose ?? [])],
      intrinsics: mutable(intrinsicsOf(scene, i, size)),
    })),
    objects: found,
  };
}

function mutable(list: readonly number[] | null): number[] | null {
  return list === null ? null : [...list];
}

function sourceName({ reconstructor, detector, tracker, orientation }: Perceivers): string {
  return [reconstructor, detector, tracker, ...(orientation === undefined ? [] : [orientation])]
    .map(({ name }) => name)
    .join("+");
}

interface Classes {
  readonly agents: readonly string[];
  readonly objects: readonly string[];
}

/** Detects in several frames and follows what is new; what is found at a place where something is followed is the same. */
async function findObjects(
  frames: readonly VideoFrameImage[],
  { agents, objects }: Classes,
  { detector, tracker }: Perceivers,
  { detections, mostObjects }: ExtractOptions,
): Promise<readonly TrackedObject[]> {
  const classes = [...new Set([...agents, ...objects])];
  const found: TrackedObject[] = [];
  for (const index of anchors(frames.length, detections)) {
    const frame = frames[index];
    if (frame === undefined || found.length >= mostObjects) continue;
    const seen = (await detector.detect(frame, classes)).filter(
      ({ box }) => !isFollowed(box, found, index, frame.width),
    );
    const fresh = seen.slice(0, mostObjects - found.length);
    const starts = fresh.map(({ box }): TrackStart => ({ frame: index, box }));
    const tracks = starts.length === 0 ? [] : await tracker.track(frames, starts);
    for (const [i, { label }] of fresh.entries())
      found.push({ class: label, isAgent: agents.includes(label), track: tracks[i] ?? [] });
  }
  return found;
}

/** Frames in which the detector looks: the first, and others evenly after it. */
function anchors(frames: number, count: number): readonly number[] {
  return [...new Set(Array.from({ length: count }, (_, i) => Math.floor((i * frames) / count)))];
}

/** Least overlap of a new box with a followed object's own for it to be the same object. */
const sameObject = 0.5;

function isFollowed(box: TrackStart["box"], found: readonly TrackedObject[], frame: number, width: number): boolean {
  return found.some(({ track }) => {
    const own = boxIn(track, frame, width);
    return own !== undefined && overlap(own, box) > sameObject;
  });
}

function boxIn(track: Track, frame: number, width: number): TrackStart["box"] | undefined {
  const runs = track[frame];
  return runs === undefined ? undefined : measureMask(decodeMask(runs), width).box;
}

/** Every sighting of an agent with the rotation from its axes to the world's, as far as there is an estimator. */
async function withOrientations(
  object: ClueObject,
  frames: readonly VideoFrameImage[],
  scene: SceneReconstruction,
  { orientation }: Perceivers,
): Promise<ClueObject> {
  if (orientation === undefined) return object;
  const sightings: (Sighting | null)[] = [];
  for (const [i, sighting] of object.sightings.entries()) {
    const [frame, pose] = [frames[i], scene.frames[i]?.pose];
    if (sighting?.mask === undefined || frame === undefined || pose === undefined) {
      sightings.push(sighting);
      continue;
    }
    const { angles, confidence } = await orientation.estimate(frame, sighting.mask);
    const toCamera = transposeRotation(cameraToAgentRotation(angles));
    sightings.push({
      ...sighting,
      orientation: [...multiplyRotations(rotationOf(pose), toCamera)],
      orientationConfidence: confidence,
    });
  }
  return { ...object, sightings };
}
