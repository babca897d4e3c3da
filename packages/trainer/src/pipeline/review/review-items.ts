// What the review page shows of an item: words, derived answer, boxes over time, the drawing, the decision so far.
// Knows nothing about servers.
import { type Clues, seenAt } from "@dsr/dsr-core/geometry";
import {
  candidateOf,
  dialects,
  objectOf,
  partsOf,
  type QuestionItem,
  type Target,
  wordAnswer,
} from "@dsr/dsr-core/questions";
import { indexOfLetter } from "@dsr/dsr-core/questions";
import { chosenItems } from "../stages/write-stage.js";
import { readClues } from "../stages/generate-stage.js";
import { itemKey, mendDecisions, readDecisions, type ReviewDecision } from "./decisions.js";
import { nameOf, plotColours, trajectoryPlot } from "./trajectory-plot.js";

/** One line of the list. */
export interface ReviewEntry {
  readonly key: string;
  readonly video: string;
  readonly type: string;
  readonly decision: ReviewDecision["decision"] | null;
}

/** A box in one frame of one object that the question names. */
export interface ShownBox {
  readonly name: string;
  /** As in the drawing. */
  readonly colour: number;
  readonly box: readonly number[];
}

/** Everything about one item. */
export interface ReviewView {
  readonly key: string;
  readonly item: QuestionItem;
  /** The answer derived again from the clues; null where there is none, as of free-form questions. */
  readonly derived: string | null;
  /** Whether it is the option that is marked as right; null without a derived answer. */
  readonly agrees: boolean | null;
  readonly decision: ReviewDecision | null;
  /** Pixels of the video. */
  readonly width: number;
  readonly height: number;
  /** Seconds of the video that matter. */
  readonly interval: readonly [start: number, end: number];
  /** Boxes by sampled frame. */
  readonly frames: readonly { readonly timestamp: number; readonly boxes: readonly ShownBox[] }[];
  /** SVG. */
  readonly plot: string;
}

/** The items of a written data folder for review. */
export class ReviewItems {
  readonly #root: string;
  readonly #items: ReadonlyMap<string, QuestionItem>;

  private constructor(root: string, items: ReadonlyMap<string, QuestionItem>) {
    this.#root = root;
    this.#items = items;
  }

  /** @throws CoreInputError when nothing was written in the folder */
  static async open(root: string): Promise<ReviewItems> {
    const items = await chosenItems(root);
    await mendDecisions(root);
    return new ReviewItems(root, new Map(items.map((item) => [itemKey(item), item])));
  }

  has(key: string): boolean {
    return this.#items.has(key);
  }

  /** Whether a video belongs to an item; nothing else is served. */
  hasVideo(id: string): boolean {
    return [...this.#items.values()].some(({ video }) => video === id);
  }

  async list(): Promise<readonly ReviewEntry[]> {
    const decisions = await readDecisions(this.#root);
    return [...this.#items].map(([key, { video, type }]) => ({
      key,
      video,
      type,
      decision: decisions.get(key)?.decision ?? null,
    }));
  }

  async view(key: string): Promise<ReviewView | undefined> {
    const item = this.#items.get(key);
    if (item === undefined) return undefined;
    const clues = await readClues(this.#root, item.video);
    const derived = derivedAnswer(item, clues);
    return {
      key,
      item,
      derived,
      agrees: derived === null ? null : derived === item.options[indexOfLetter(item.correct)],
      decision: (await readDecisions(this.#root)).get(key) ?? null,
      width: clues.video.width,
      height: clues.video.height,
      interval: shownInterval(item, clues),
      frames: clues.frames.map(({ timestamp }, frame) => ({ timestamp, boxes: boxesIn(clues, frame, item) })),
      plot: trajectoryPlot(clues, item.plan),
    };
  }
}

/** Seconds before a prediction that are shown. */
const predictionLead = 4;

/** The queried interval; of a prediction the seconds before it, of a free-form question all that a model sees. */
function shownInterval({ plan }: QuestionItem, clues: Clues): ReviewView["interval"] {
  const time = (frame: number): number => clues.frames[frame]?.timestamp ?? 0;
  if (plan === undefined) return [0, time(clues.frames.length - 1)];
  const [start, end] = [time(plan.start), time(plan.end)];
  return partsOf(plan.type).kind === "dir_pred" ? [Math.max(0, end - predictionLead), end] : [start, end];
}

/** In the dialect whose wording the item has; in the first one where neither has. */
function derivedAnswer(item: QuestionItem, clues: Clues): string | null {
  const { plan } = item;
  if (plan === undefined) return null;
  const worded = dialects.flatMap((dialect) => {
    const candidate = candidateOf(clues, plan, dialect);
    return candidate === undefined ? [] : [wordAnswer(candidate.answer, { dialect, kind: partsOf(plan.type).kind })];
  });
  return worded.find((text) => item.options.includes(text)) ?? worded[0] ?? null;
}

function boxesIn(clues: Clues, frame: number, { plan }: QuestionItem): readonly ShownBox[] {
  const all: readonly Target[] = clues.objects.map(({ id }) => ({ object: id }));
  const targets = plan === undefined ? all : [...plan.targets, plan.observer];
  return targets.flatMap((target) => {
    const object = objectOf(clues, target);
    const box = object === undefined ? undefined : seenAt(object, frame)?.box;
    return object === undefined || box === undefined || box === null
      ? []
      : [{ name: nameOf(object), colour: (clues.objects.indexOf(object) + 1) % plotColours, box }];
  });
}
