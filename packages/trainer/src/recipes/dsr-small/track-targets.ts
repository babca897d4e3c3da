// What the slots of a question's objects should know: where each object is in every pair of frames, and how it stands to
// what is asked. Knows nothing about graphs. Slots come object by object, pair by pair; a pair's second frame counts.
import {
  type Clues,
  type Rotation,
  type Vector3,
  type Viewpoint,
  cameraViewpoint,
  columnOf,
  directionToViewer,
  norm,
  scale,
  seenAt,
  subtract,
  toViewer,
} from "@dsr/dsr-core/geometry";
import { regionWeights } from "@dsr/dsr-core/model";
import { shareOfPicture } from "@dsr/dsr-core/perception";
import { type QuestionPlan, type Target, objectOf, positionOf, viewpointOf } from "@dsr/dsr-core/questions";
import { posesOf, wayAt } from "./dense-targets.js";
import { relationSize, stateSize, tubelets } from "./model-file.js";

/** Targets and masks [slots, size] of the two heads, and where the objects are. */
export interface TrackTargets {
  readonly state: Float32Array;
  readonly stateMask: Float32Array;
  readonly relation: Float32Array;
  readonly relationMask: Float32Array;
  /** Shares [slots, cells] of an object's box in the cells of its pair of frames, and [slots] whether it is seen there. */
  readonly look: Float32Array;
  readonly lookMask: Float32Array;
}

/** Rows and columns of a picture's vision tokens. */
export interface CellGrid {
  readonly rows: number;
  readonly columns: number;
}

/** Empty targets of some slots. */
export function emptyTracks(slots: number, { rows, columns }: CellGrid): TrackTargets {
  return {
    look: new Float32Array(slots * rows * columns),
    lookMask: new Float32Array(slots),
    state: new Float32Array(slots * stateSize),
    stateMask: new Float32Array(slots * stateSize),
    relation: new Float32Array(slots * relationSize),
    relationMask: new Float32Array(slots * relationSize),
  };
}

/** The objects a question names, in the order of its words: the observer, then the targets. */
export function namedObjects({ observer, targets }: QuestionPlan): readonly string[] {
  return [observer, ...targets].flatMap((target) => (target === "camera" ? [] : [target.object]));
}

/** Writes where the objects of a question are from slot `at` on: the second frame of a pair counts, or else the first. */
export function writeLooks(
  clues: Clues,
  plan: QuestionPlan,
  into: TrackTargets,
  { at, grid }: { readonly at: number; readonly grid: CellGrid },
): void {
  const cells = { temporal: 1, ...grid };
  namedObjects(plan).forEach((id, place) => {
    const object = objectOf(clues, { object: id });
    for (let tubelet = 0; tubelet < tubelets; tubelet++) {
      const seen = object && (seenAt(object, 2 * tubelet + 1) ?? seenAt(object, 2 * tubelet));
      if (seen === undefined || seen.box === null) continue;
      const box = shareOfPicture(seen.box, clues.video);
      const slot = at + place * tubelets + tubelet;
      into.look.set(regionWeights({ box, temporalPatch: 0 }, cells), slot * grid.rows * grid.columns);
      into.lookMask[slot] = 1;
    }
  });
}

/** Writes the targets of a question's objects from slot `at` on. */
export function writeTracks(clues: Clues, plan: QuestionPlan, into: TrackTargets, at: number): void {
  const named = namedObjects(plan);
  named.forEach((id, place) => {
    const isLast = place === named.length - 1;
    const index = clues.objects.findIndex((object) => object.id === id);
    for (let tubelet = 0; tubelet < tubelets; tubelet++) {
      const frame = 2 * tubelet + 1;
      const slot = at + place * tubelets + tubelet;
      put(stateOf(posesOf(clues, frame)[index] ?? []), into.state, into.stateMask, slot * stateSize);
      const relation = relationOf(clues, plan, { object: id, isLast }, frame);
      put(relation, into.relation, into.relationMask, slot * relationSize);
    }
  });
}

/** A pose whose ways, most of them the camera's own turning, do not drown where the object is. */
function stateOf(pose: Numbers): Numbers {
  return pose.map((number, place) => (number === undefined || place < wayAt ? number : 0.4 * number));
}

function put(values: readonly (number | undefined)[], target: Float32Array, mask: Float32Array, at: number): void {
  values.forEach((value, place) => {
    if (value === undefined || !Number.isFinite(value)) return;
    target[at + place] = value;
    mask[at + place] = 1;
  });
}

/** Lengths on a scale where a factor of e counts as one, around three metres. */
function logLength(length: number, around: number): number {
  return Math.log(Math.max(length, 0.05) / around);
}

type Numbers = readonly (number | undefined)[];

interface NamedObject {
  readonly object: string;
  /** Whether slots of the others come before its own; no slot knows what comes after it. */
  readonly isLast: boolean;
}

/**
 * In the question's viewpoint: log distance and unit direction between the two targets, log speeds of the object before and
 * after the frame (halved, as they vary most and are known least), its heading (forward, left, up), the direction in which
 * it moves (forward, left), and where the camera of that frame looks (forward, left).
 */
function relationOf(clues: Clues, plan: QuestionPlan, object: NamedObject, frame: number): Numbers {
  const known = objectOf(clues, object);
  if (known === undefined || seenAt(known, frame) === undefined) return [];
  const place = (target: Target, at: number): Vector3 | undefined => {
    const view = viewpointOf(clues, plan.observer, plan.viewFrame ?? at);
    const position = positionOf(clues, target, at);
    return view === undefined || position === undefined ? undefined : toViewer(view, position);
  };
  const moved = (from: number): Vector3 | undefined => {
    const [a, b] = [place(object, from), place(object, from + 1)];
    return a === undefined || b === undefined ? undefined : subtract(b, a);
  };
  const [before, after] = [moved(frame - 1), moved(frame)];
  const view = viewpointOf(clues, plan.observer, plan.viewFrame ?? frame);
  return [
    ...(object.isLast ? offsetNumbers(plan, (target) => place(target, frame)) : unknown(4)),
    before === undefined ? undefined : 0.5 * logLength(norm(before), 0.4),
    after === undefined ? undefined : 0.5 * logLength(norm(after), 0.4),
    ...headingNumbers(view, known.sightings[frame]?.orientation),
    ...wayNumbers(before),
    ...gazeNumbers(view, clues.frames[frame]),
  ];
}

function unknown(count: number): Numbers {
  return Array.from({ length: count }, () => undefined);
}

function offsetNumbers({ targets }: QuestionPlan, place: (target: Target) => Vector3 | undefined): Numbers {
  const [first, second] = targets;
  const [a, b] = [first === undefined ? undefined : place(first), second === undefined ? undefined : place(second)];
  if (a === undefined || b === undefined) return unknown(4);
  const offset = subtract(a, b);
  const length = norm(offset);
  return [2 * logLength(length, 4), ...scale(offset, 1 / Math.max(length, 1e-6))];
}

function headingNumbers(view: Viewpoint | undefined, orientation: Rotation | undefined): Numbers {
  if (view === undefined || orientation === undefined) return unknown(3);
  return directionToViewer(view, columnOf(orientation, 0));
}

/** A direction is only one where something moves. */
function wayNumbers(way: Vector3 | undefined): Numbers {
  if (way === undefined || norm(way) < 0.1) return unknown(2);
  const unit = scale(way, 1 / norm(way));
  return [unit[0], unit[1]];
}

/** Ties the question's viewpoint to the one in which everything is seen. */
function gazeNumbers(view: Viewpoint | undefined, camera: Clues["frames"][number] | undefined): Numbers {
  if (view === undefined || camera === undefined) return unknown(2);
  return directionToViewer(view, cameraViewpoint(camera.pose).forward).slice(0, 2);
}
