// The prompt by which a language model makes a free-form question of trajectories (Figure 8 of the paper).
// Knows nothing about servers.
import type { Clues } from "../../geometry/clues.js";
import type { Vector3 } from "../../geometry/vector.js";
import { toViewer } from "../../geometry/viewpoint.js";
import { denote } from "../denotation.js";
import { isSameTarget, type Target } from "../plan.js";
import type { Dialect, Mobility } from "../question-types.js";
import { positionOf, viewpointOf } from "../series.js";
import { wordTime } from "../templates.js";

/** What a free-form question is about. Frames are indices into the clues. */
export interface FreeFormPlan {
  readonly mobility: Mobility;
  readonly observer: Target;
  readonly viewFrame?: number | undefined;
  readonly objects: readonly Target[];
  readonly start: number;
  readonly end: number;
}

/** How the observer is called in the prompt and in the finished question. */
export function wordObserver(
  clues: Clues,
  { mobility, observer, viewFrame, start }: FreeFormPlan,
  dialect: Dialect,
): string {
  if (mobility === "rel") return denote(clues, observer, { frame: start, role: "initial", dialect });
  const frame = viewFrame ?? start;
  return `${denote(clues, observer, { frame, role: "at", dialect })} at ${wordTime(clues.frames[frame]?.timestamp ?? 0)}`;
}

function trajectoryOf(clues: Clues, plan: FreeFormPlan, target: Target): readonly Vector3[] | undefined {
  const places: Vector3[] = [];
  for (let frame = plan.start; frame <= plan.end; frame++) {
    const view = viewpointOf(clues, plan.observer, plan.viewFrame ?? frame);
    const position = positionOf(clues, target, frame);
    if (view === undefined || position === undefined) return undefined;
    places.push(toViewer(view, position));
  }
  return places;
}

/** The whole prompt; undefined where the clues have a hole. Coordinates in viewer axes, three decimals. */
export function freeFormPrompt(clues: Clues, plan: FreeFormPlan, dialect: Dialect): string | undefined {
  const rows: string[] = [];
  for (const target of plan.objects.filter((object) => !isSameTarget(object, plan.observer))) {
    const places = trajectoryOf(clues, plan, target);
    if (places === undefined) return undefined;
    const name = denote(clues, target, { frame: plan.start, role: "initial", dialect });
    rows.push(`'${name}': [${places.map((place) => `[${place.map((x) => x.toFixed(3)).join(", ")}]`).join(", ")}]`);
  }
  const times = clues.frames.slice(plan.start, plan.end + 1).map(({ timestamp }) => wordTime(timestamp));
  const [first = "", last = ""] = [times[0], times.at(-1)];
  return [
    `From the perspective of ${wordObserver(clues, plan, dialect)} in a video, {${rows.join(", ")}} are the 3D`,
    `coordinates (x, y, z) of some objects between ${first} and ${last}. The positive direction of x, y, z axis are`,
    `forward, left, up respectively. The coordinates are collected at [${times.join(", ")}]. According to the change of`,
    "3D relationship between objects, please generate one question, which cannot be answered only with 2D knowledge and",
    "without 3D knowledge, and 4 answers where one of them is the correct answer. The question should not include",
    "description of perspective. The question should not be quantitative and related to accurate 3D coordinates. All",
    "objects must be referred with their bounding box coordinates given at the beginning. In a new line, only output",
    "your question. Then in 4 new lines, only output your 4 answers. After that, only output the symbol of the correct",
    "answer in a new line.",
  ].join(" ");
}
