// What a question asks for: type, observer, target objects, interval; all by reference to a clip's clues.
// Knows nothing about words or answers.
import { type ClueObject, type Clues, seenAt } from "../geometry/clues.js";
import { type Mobility, partsOf, type QuestionKind, type TemplateType } from "./question-types.js";
import { pick, type RandomSource, shuffled } from "./random.js";

/** An object of the clip by its id, or the camera. */
export type Target = "camera" | { readonly object: string };

/** A question before it has words. Frames are indices into the clues. */
export interface QuestionPlan {
  readonly type: TemplateType;
  readonly observer: Target;
  /** The frame whose viewpoint an absolute question keeps. */
  readonly viewFrame?: number | undefined;
  /** One or two, by kind. */
  readonly targets: readonly Target[];
  /** First and last frame of the interval; for predictions both are the last visible frame. */
  readonly start: number;
  readonly end: number;
}

/** How plans are drawn. */
export interface PlanOptions {
  /** Frames at the clip's end that a model does not see: they decide predictions. */
  readonly hiddenFrames: number;
  /** Least number of steps of an interval. */
  readonly leastSteps: number;
  /** Chance that the camera observes, and that it takes the place of a target. */
  readonly cameraObserver: number;
  readonly cameraTarget: number;
  /** Orientations less sure than this are not used. */
  readonly leastConfidence: number;
}

/** The released pipeline's limits; it has the camera among the targets more often (three times in four). */
export const defaultPlanOptions: PlanOptions = {
  hiddenFrames: 2,
  leastSteps: 4,
  cameraObserver: 0.5,
  cameraTarget: 0.25,
  leastConfidence: 0.6,
};

const targetsOf: Readonly<Record<QuestionKind, number>> = {
  dis: 2,
  dir: 2,
  ori: 1,
  spd: 1,
  spd_comp: 2,
  dir_pred: 1,
};

/** Whether two targets are the same. */
export function isSameTarget(a: Target, b: Target): boolean {
  return a === "camera" || b === "camera" ? a === b : a.object === b.object;
}

/** The object that a target names. */
export function objectOf(clues: Clues, target: Target): ClueObject | undefined {
  return target === "camera" ? undefined : clues.objects.find(({ id }) => id === target.object);
}

/** Draws one question about a clip; undefined when the draw does not fit the clip (draw again). */
export function drawPlan(
  clues: Clues,
  type: TemplateType,
  { random, ...options }: PlanOptions & { readonly random: RandomSource },
): QuestionPlan | undefined {
  const draft = new Draft(clues, options, random);
  const { mobility, kind } = partsOf(type);
  const interval = kind === "dir_pred" ? draft.ending() : draft.interval();
  if (interval === undefined) return undefined;
  const viewFrame = mobility === "abs" ? random.integer(draft.visibleFrames) : undefined;
  const observer = draft.observer(viewFrame ?? interval.start);
  const targets = observer === undefined ? undefined : draft.targets(kind, interval.start, observer, mobility);
  if (observer === undefined || targets === undefined) return undefined;
  const watched = mobility === "rel" ? [observer, ...targets] : targets;
  const end = draft.lastFrame(watched, interval, watched.indexOf(observer) === 0, kind);
  if (end === undefined) return undefined;
  return { type, observer, ...(viewFrame === undefined ? {} : { viewFrame }), targets, start: interval.start, end };
}

interface Interval {
  readonly start: number;
  readonly end: number;
}

/** The draws of one plan. */
class Draft {
  readonly visibleFrames: number;
  readonly #clues: Clues;
  readonly #options: PlanOptions;
  readonly #random: RandomSource;

  constructor(clues: Clues, options: PlanOptions, random: RandomSource) {
    this.#clues = clues;
    this.#options = options;
    this.#random = random;
    this.visibleFrames = Math.max(0, clues.frames.length - options.hiddenFrames);
  }

  /** Two frames with enough steps between them, all such pairs as likely. */
  interval(): Interval | undefined {
    const { leastSteps } = this.#options;
    const starts = this.visibleFrames - leastSteps;
    if (starts <= 0) return undefined;
    const index = this.#random.integer((starts * (starts + 1)) / 2);
    // pairs are numbered by their later frame, so that they need not be listed
    const later = Math.floor((Math.sqrt(8 * index + 1) - 1) / 2);
    return { start: index - (later * (later + 1)) / 2, end: later + leastSteps };
  }

  /** The last visible frame, when there are hidden ones behind it. */
  ending(): Interval | undefined {
    const last = this.visibleFrames - 1;
    return this.#options.hiddenFrames > 0 && last >= 0 ? { start: last, end: last } : undefined;
  }

  observer(frame: number): Target | undefined {
    if (this.#random.float() < this.#options.cameraObserver) return "camera";
    return this.#pickObject((object) => this.#hasOrientation(object, frame));
  }

  targets(kind: QuestionKind, frame: number, observer: Target, mobility: Mobility): readonly Target[] | undefined {
    const taken: Target[] = mobility === "rel" ? [observer] : [];
    const chosen: Target[] = [];
    while (chosen.length < targetsOf[kind]) {
      const target = this.#target(kind, frame, taken);
      if (target === undefined) return undefined;
      taken.push(target);
      chosen.push(target);
    }
    return shuffled(this.#random, chosen);
  }

  #target(kind: QuestionKind, frame: number, taken: readonly Target[]): Target | undefined {
    const isFree = (target: Target): boolean => !taken.some((other) => isSameTarget(other, target));
    if (this.#random.float() < this.#options.cameraTarget && isFree("camera")) return "camera";
    return this.#pickObject((object) => {
      const fits = kind === "ori" ? this.#hasOrientation(object, frame) : seenAt(object, frame) !== undefined;
      return fits && isFree({ object: object.id });
    });
  }

  #pickObject(fits: (object: ClueObject) => boolean): Target | undefined {
    const object = pick(this.#random, this.#clues.objects.filter(fits));
    return object === undefined ? undefined : { object: object.id };
  }

  #hasOrientation(object: ClueObject, frame: number): boolean {
    const sighting = seenAt(object, frame);
    const confidence = sighting?.orientationConfidence ?? 1;
    return object.isAgent && sighting?.orientation !== undefined && confidence >= this.#options.leastConfidence;
  }

  /** The interval's last frame, cut where something is lost from sight; undefined when too little is left. */
  lastFrame(
    watched: readonly Target[],
    { start, end }: Interval,
    isFollowed: boolean,
    kind: QuestionKind,
  ): number | undefined {
    const isWatchable = (target: Target, frame: number, turns: boolean): boolean => {
      const object = objectOf(this.#clues, target);
      if (object === undefined) return target === "camera";
      return turns ? this.#hasOrientation(object, frame) : seenAt(object, frame) !== undefined;
    };
    const isKept = (frame: number): boolean =>
      watched.every((target, i) => isWatchable(target, frame, kind === "ori" || (isFollowed && i === 0)));
    if (kind === "dir_pred") return isKept(start) ? end : undefined;
    let last = start;
    while (last < end && isKept(last + 1)) last++;
    return isKept(start) && last - start >= this.#options.leastSteps ? last : undefined;
  }
}
