// What each patch of a clip shows: distances, classes, and the object that fills most of it, in the camera's coordinates.
// Knows nothing about graphs. Patches come in the order of the vision tower: blocks row by row, four patches each.
import {
  type Clues,
  cameraViewpoint,
  columnOf,
  directionToViewer,
  scale,
  seenAt,
  toViewer,
} from "@dsr/dsr-core/geometry";
import { type ClipStore, cellSize, logDepthOf } from "../../clips/index.js";

/** Classes of cells: nothing, the mobs, anything else. */
export const classNames = [
  "background",
  "cow",
  "sheep",
  "pig",
  "chicken",
  "zombie",
  "spider",
  "zombie pigman",
  "enderman",
  "other",
] as const;

/** Cells a side of a patch. */
const side = 16 / cellSize;
/** Cells of a patch: one depth and one class each. */
export const patchCells = side * side;
/** Centre (forward, left, up), heading (forward, left), way since the frame before (forward, left, up). */
export const poseSize = 8;
/** Where the way begins. */
export const wayAt = 5;

/** The camera's own motion since the frame before: way (forward, left, up), turn (left, up), in scaled numbers. */
export const cameraSize = 5;

/** Targets of the patches of some frames, one row a patch, and of the frames themselves. */
export interface DenseTargets {
  readonly depths: Float32Array;
  readonly classes: BigInt64Array;
  /** 1 for background cells, more for objects, so that they are not drowned. */
  readonly classWeights: Float32Array;
  readonly poses: Float32Array;
  readonly poseMask: Float32Array;
  /** One row a frame; a clip's first frame has none. */
  readonly camera: Float32Array;
  readonly cameraMask: Float32Array;
}

const objectWeight = 4;

/** Empty targets of a number of frames and the patches of each. */
export function emptyTargets(frames: number, patchesOfFrame: number): DenseTargets {
  const patches = frames * patchesOfFrame;
  return {
    depths: new Float32Array(patches * patchCells),
    classes: new BigInt64Array(patches * patchCells),
    classWeights: new Float32Array(patches * patchCells),
    poses: new Float32Array(patches * poseSize),
    poseMask: new Float32Array(patches * poseSize),
    camera: new Float32Array(frames * cameraSize),
    cameraMask: new Float32Array(frames * cameraSize),
  };
}

/** Reads clips' labels into targets. */
export class DenseTargetReader {
  readonly #store: ClipStore;
  readonly #rows: number;
  readonly #columns: number;

  constructor(store: ClipStore) {
    this.#store = store;
    [this.#rows, this.#columns] = [store.about.height / 16, store.about.width / 16];
  }

  /** Patches of a frame. */
  get patches(): number {
    return this.#rows * this.#columns;
  }

  /** Writes the targets of some frames of a clip, the first of them as the `at`-th of all. */
  read(
    { clip, isMirrored }: { readonly clip: number; readonly isMirrored: boolean },
    into: DenseTargets,
    at: number,
    frames: readonly number[],
  ): void {
    const store = this.#store;
    const [depths, objects, clues] = [store.depths(clip), store.objects(clip), store.clues[clip]];
    if (clues === undefined) return;
    const sided = (numbers: Pose, left: readonly number[]): Pose => (isMirrored ? mirrored(numbers, left) : numbers);
    const classes = clues.objects.map((object) => classOf(object.class));
    let row = at * this.patches;
    for (const [place, frame] of frames.entries()) {
      const motion = cameraMotion(clues, frame);
      if (motion !== undefined) {
        into.camera.set(sided(motion, leftOfMotion).map(Number), (at + place) * cameraSize);
        into.cameraMask.fill(1, (at + place) * cameraSize, (at + place + 1) * cameraSize);
      }
      const poses = posesOf(clues, frame).map((pose) => sided(pose, leftOfPose));
      for (let patch = 0; patch < this.patches; patch++, row++)
        this.#readPatch({ depths, objects, classes, poses, isMirrored }, into, { frame, patch, row });
    }
  }

  #readPatch(
    clip: ReadClip,
    into: DenseTargets,
    place: { readonly frame: number; readonly patch: number; readonly row: number },
  ): void {
    const { frame, patch, row } = place;
    const cellsAcross = this.#columns * side;
    const cellsOfFrame = cellsAcross * this.#rows * side;
    const [top, left] = this.#corner(patch);
    const counts = new Map<number, number>();
    for (let cell = 0; cell < patchCells; cell++) {
      const column = left * side + (cell % side);
      const across = clip.isMirrored ? cellsAcross - 1 - column : column;
      const at = frame * cellsOfFrame + (top * side + Math.floor(cell / side)) * cellsAcross + across;
      const object = clip.objects[at] ?? 0;
      const to = row * patchCells + cell;
      into.depths[to] = logDepthOf(clip.depths[at] ?? 0) - 2;
      into.classes[to] = BigInt(object === 0 ? 0 : (clip.classes[object - 1] ?? 0));
      into.classWeights[to] = object === 0 ? 1 : objectWeight;
      if (object !== 0) counts.set(object, (counts.get(object) ?? 0) + 1);
    }
    const [main] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [0];
    const pose = clip.poses[main - 1];
    for (let i = 0; i < poseSize; i++) {
      into.poses[row * poseSize + i] = pose?.[i] ?? 0;
      into.poseMask[row * poseSize + i] = pose?.[i] === undefined ? 0 : 1;
    }
  }

  /** Row and column of a patch in patches. */
  #corner(patch: number): readonly [number, number] {
    const [block, inner] = [patch >> 2, patch & 3];
    const across = this.#columns / 2;
    return [2 * Math.floor(block / across) + (inner >> 1), 2 * (block % across) + (inner & 1)];
  }
}

interface ReadClip {
  readonly depths: Uint8Array;
  readonly objects: Uint8Array;
  readonly classes: readonly number[];
  readonly poses: readonly Pose[];
  /** Whether left and right change places. */
  readonly isMirrored: boolean;
}

/** Numbers of a pose; undefined where they are not known. */
type Pose = readonly (number | undefined)[];

function classOf(name: string): number {
  const place = (classNames as readonly string[]).indexOf(name);
  return place < 0 ? classNames.length - 1 : place;
}

/** Scales that bring a centre's coordinates near one. */
export function scaledCenter([forward, left, up]: readonly [number, number, number]): readonly [
  number,
  number,
  number,
] {
  return [(Math.min(forward, 32) - 8) / 4, left / 4, up / 2];
}

/** Scales that bring a camera's way (metres) and the direction in which it now looks near one. */
const [wayScale, turnScale] = [5, 8];

/** Which numbers of a pose and of the camera's motion point to the left. */
const leftOfPose = [1, 4, 6] as const;
const leftOfMotion = [1, 3] as const;

/** The same numbers as a mirror shows them. */
function mirrored(numbers: Pose, left: readonly number[]): Pose {
  return numbers.map((number, place) => (number !== undefined && left.includes(place) ? -number : number));
}

function cameraMotion(clues: Clues, frame: number): readonly number[] | undefined {
  const [before, now] = [clues.frames[frame - 1], clues.frames[frame]];
  if (before === undefined || now === undefined) return undefined;
  const [earlier, view] = [cameraViewpoint(before.pose), cameraViewpoint(now.pose)];
  const [, left, up] = directionToViewer(earlier, view.forward);
  return [...scale(toViewer(earlier, view.origin), wayScale), turnScale * left, turnScale * up];
}

/** The pose of every object in a frame, as the camera of that frame sees it. */
export function posesOf(clues: Clues, frame: number): readonly Pose[] {
  const camera = clues.frames[frame];
  const before = clues.frames[frame - 1];
  return clues.objects.map((object) => {
    const sighting = seenAt(object, frame);
    if (camera === undefined || sighting === undefined) return [];
    const view = cameraViewpoint(camera.pose);
    const center = toViewer(view, sighting.center);
    const earlier = object.sightings[frame - 1];
    const moved =
      before === undefined || earlier === null || earlier === undefined
        ? undefined
        : toViewer(cameraViewpoint(before.pose), earlier.center);
    const { orientation } = sighting;
    const heading = orientation === undefined ? undefined : directionToViewer(view, columnOf(orientation, 0));
    const way = [0, 1, 2].map((axis) => (moved === undefined ? undefined : (center[axis] ?? 0) - (moved[axis] ?? 0)));
    return [...scaledCenter(center), heading?.[0], heading?.[1], ...way];
  });
}
