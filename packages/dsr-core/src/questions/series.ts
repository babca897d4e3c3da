// The queried attribute over time, seen from the question's viewpoint.
// Knows nothing about thresholds or words.
import type { Clues } from "../geometry/clues.js";
import { axisOf, columnOf, originOf } from "../geometry/transform.js";
import { norm, subtract, type Vector3 } from "../geometry/vector.js";
import { agentViewpoint, cameraViewpoint, directionToViewer, toViewer, type Viewpoint } from "../geometry/viewpoint.js";
import { isSameTarget, objectOf, type QuestionPlan, type Target } from "./plan.js";
import { partsOf } from "./question-types.js";

/** What a plan's describer works on: rows of numbers, or a row of directions in viewer coordinates. */
export type Series =
  | { readonly kind: "magnitude"; readonly values: readonly number[] }
  | { readonly kind: "comparison"; readonly former: readonly number[]; readonly latter: readonly number[] }
  | { readonly kind: "direction"; readonly directions: readonly Vector3[] };

/** World position of a target in a frame; undefined where the clues do not say. */
export function positionOf(clues: Clues, target: Target, frame: number): Vector3 | undefined {
  const camera = clues.frames[frame];
  if (target === "camera") return camera === undefined ? undefined : originOf(camera.pose);
  return objectOf(clues, target)?.sightings[frame]?.center;
}

/** The viewpoint of an observer in a frame. */
export function viewpointOf(clues: Clues, observer: Target, frame: number): Viewpoint | undefined {
  const camera = clues.frames[frame];
  if (camera === undefined) return undefined;
  if (observer === "camera") return cameraViewpoint(camera.pose);
  const sighting = objectOf(clues, observer)?.sightings[frame];
  if (sighting?.orientation === undefined) return undefined;
  return agentViewpoint(sighting.center, sighting.orientation);
}

/** The unit vector a target faces, in world coordinates. */
function headingOf(clues: Clues, target: Target, frame: number): Vector3 | undefined {
  const camera = clues.frames[frame];
  if (target === "camera") return camera === undefined ? undefined : axisOf(camera.pose, 2);
  const orientation = objectOf(clues, target)?.sightings[frame]?.orientation;
  return orientation === undefined ? undefined : columnOf(orientation, 0);
}

/** Reads one plan's clues; every value is undefined where they do not say. */
class Reader {
  readonly #clues: Clues;
  readonly #plan: QuestionPlan;

  constructor(clues: Clues, plan: QuestionPlan) {
    this.#clues = clues;
    this.#plan = plan;
  }

  view(frame: number): Viewpoint | undefined {
    return viewpointOf(this.#clues, this.#plan.observer, this.#plan.viewFrame ?? frame);
  }

  /** A target's place in viewer coordinates. */
  place(index: number, frame: number): Vector3 | undefined {
    const target = this.#plan.targets[index];
    const view = this.view(frame);
    if (target === undefined || view === undefined) return undefined;
    // an observer that is followed stands at its own origin: rounding must not let it tremble
    if (this.#plan.viewFrame === undefined && isSameTarget(target, this.#plan.observer)) return [0, 0, 0];
    const position = positionOf(this.#clues, target, frame);
    return position === undefined ? undefined : toViewer(view, position);
  }

  offset(frame: number): Vector3 | undefined {
    const [a, b] = [this.place(0, frame), this.place(1, frame)];
    return a === undefined || b === undefined ? undefined : subtract(a, b);
  }

  heading(frame: number): Vector3 | undefined {
    const target = this.#plan.targets[0];
    const view = this.view(frame);
    const heading = target === undefined ? undefined : headingOf(this.#clues, target, frame);
    return view === undefined || heading === undefined ? undefined : directionToViewer(view, heading);
  }

  moved(index: number, from: number, to: number): Vector3 | undefined {
    const [a, b] = [this.place(index, from), this.place(index, to)];
    return a === undefined || b === undefined ? undefined : subtract(b, a);
  }

  /** Length of the way to the next frame, as if all frames were equally far apart in time. */
  speed(index: number, frame: number): number | undefined {
    const way = this.moved(index, frame, frame + 1);
    const { frames } = this.#clues;
    const time = (i: number): number => frames[i]?.timestamp ?? 0;
    const mean = (time(frames.length - 1) - time(0)) / (frames.length - 1);
    return way === undefined ? undefined : (norm(way) * mean) / (time(frame + 1) - time(frame));
  }
}

/**
 * The attribute that a plan asks about, frame by frame; undefined when the clues have a hole in it. Lengths are in the
 * clues' unit; a speed is the way between two neighbouring frames at the clip's mean frame distance.
 */
export function seriesOf(clues: Clues, plan: QuestionPlan): Series | undefined {
  const reader = new Reader(clues, plan);
  const { start, end } = plan;
  const frames = Array.from({ length: end - start + 1 }, (_, i) => start + i);
  const steps = frames.slice(0, -1);
  switch (partsOf(plan.type).kind) {
    case "dis":
      return magnitude(frames.map((frame) => lengthOf(reader.offset(frame))));
    case "dir":
      return direction(frames.map((frame) => reader.offset(frame)));
    case "ori":
      return direction(frames.map((frame) => reader.heading(frame)));
    case "spd":
      return magnitude(steps.map((frame) => reader.speed(0, frame)));
    case "spd_comp":
      return comparison(
        steps.map((frame) => reader.speed(0, frame)),
        steps.map((frame) => reader.speed(1, frame)),
      );
    case "dir_pred":
      return direction([reader.moved(0, end, clues.frames.length - 1)]);
  }
}

function lengthOf(vector: Vector3 | undefined): number | undefined {
  return vector === undefined ? undefined : norm(vector);
}

function whole<T>(row: readonly (T | undefined)[]): readonly T[] | undefined {
  const known = row.filter((value) => value !== undefined);
  return known.length === row.length ? known : undefined;
}

function magnitude(row: readonly (number | undefined)[]): Series | undefined {
  const values = whole(row);
  return values === undefined ? undefined : { kind: "magnitude", values };
}

function comparison(a: readonly (number | undefined)[], b: readonly (number | undefined)[]): Series | undefined {
  const [former, latter] = [whole(a), whole(b)];
  return former === undefined || latter === undefined ? undefined : { kind: "comparison", former, latter };
}

function direction(row: readonly (Vector3 | undefined)[]): Series | undefined {
  const directions = whole(row);
  return directions === undefined ? undefined : { kind: "direction", directions };
}
