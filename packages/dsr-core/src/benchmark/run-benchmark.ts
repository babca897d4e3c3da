// Asks an answerer every question of a benchmark, with its video and without, and keeps every answer.
// Knows nothing about which model answers.
import { CoreError, messageOf } from "../errors.js";
import type { Answerer, Answer, Clip } from "../perception/index.js";
import { letters, type QuestionItem } from "../questions/index.js";
import type { AnswerRecord, AnswerRecords } from "./answer-records.js";

/** What is asked of whom. */
export interface RunBenchmarkOptions {
  readonly items: readonly QuestionItem[];
  readonly answerer: Answerer;
  /** Opens a video. @throws CoreInputError when it is missing or broken */
  readonly openClip: (video: string) => Promise<Clip>;
  readonly records: AnswerRecords;
  /** Whether every question is asked without its video too. */
  readonly blind: boolean;
  readonly scoring: "letter" | "likelihood";
  /** Videos at once. */
  readonly concurrency: number;
  readonly onAnswer?: (record: AnswerRecord, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Answers, in the order of the questions, and how many got none. */
export interface BenchmarkRun {
  readonly answers: readonly AnswerRecord[];
  readonly failed: number;
  /** Why the first of them failed. */
  readonly failure: string | undefined;
}

/** Two grey pictures: what a model sees that sees no video. */
export function blindClip(): Clip {
  const [width, height] = [224, 224];
  const frame = (timestamp: number): Clip["frames"][number] => ({
    width,
    height,
    data: new Uint8Array(width * height * 3).fill(128),
    timestamp,
  });
  return { frames: [frame(0), frame(1)], secondsPerGrid: 2 };
}

/** Statuses by which a server refuses every question alike. */
const fatalStatuses: ReadonlySet<unknown> = new Set([401, 402, 403, 404]);
/** Failures before the first answer that end the run: the model cannot be asked like this at all. */
const patience = 3;

type View = AnswerRecord["view"];
const keyOf = (question: number, view: View): string => `${view} ${question}`;

/**
 * Asks what was not asked before. A question that a server or device fails at is counted and left for the next run.
 * @throws CoreError when no question can be asked; the signal's reason when that comes
 */
export async function runBenchmark(options: RunBenchmarkOptions): Promise<BenchmarkRun> {
  const { items, records, blind, concurrency, signal } = options;
  const answers = new Map((await records.read()).map((record) => [keyOf(record.question, record.view), record]));
  const views: readonly View[] = blind ? ["video", "blind"] : ["video"];
  const run = new Run(options, answers, views.length * items.length);
  const groups = [...groupByVideo(items)].values();
  const worker = async (): Promise<void> => {
    for (const [video, places] of groups) {
      signal?.throwIfAborted();
      for (const view of views) await run.askAll(video, view, places);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, worker));
  const order = ({ question, view }: AnswerRecord): number => 2 * question + (view === "video" ? 0 : 1);
  const all = [...answers.values()].filter(({ view }) => views.includes(view)).sort((a, b) => order(a) - order(b));
  return { answers: all, failed: run.failed, failure: run.failure };
}

function groupByVideo(items: readonly QuestionItem[]): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  for (const [place, { video }] of items.entries()) {
    const group = groups.get(video);
    if (group === undefined) groups.set(video, [place]);
    else group.push(place);
  }
  return groups;
}

/** The state of one run. */
class Run {
  failed = 0;
  failure: string | undefined;
  readonly #options: RunBenchmarkOptions;
  readonly #answers: Map<string, AnswerRecord>;
  readonly #total: number;
  readonly #blind = blindClip();

  constructor(options: RunBenchmarkOptions, answers: Map<string, AnswerRecord>, total: number) {
    this.#options = options;
    this.#answers = answers;
    this.#total = total;
  }

  /** Opens the video once for all its questions, and only when there is one to ask. */
  async askAll(video: string, view: View, places: readonly number[]): Promise<void> {
    const open = places.filter((place) => !this.#answers.has(keyOf(place, view)));
    if (open.length === 0) return;
    let clip: Clip;
    try {
      clip = view === "blind" ? this.#blind : await this.#options.openClip(video);
    } catch (error) {
      for (const place of open) await this.#keep(place, view, { fault: messageOf(error) });
      return;
    }
    for (const place of open) await this.#ask(place, view, clip);
  }

  async #ask(place: number, view: View, clip: Clip): Promise<void> {
    const { items, answerer, scoring, signal } = this.#options;
    const item = items[place];
    if (item === undefined) return;
    signal?.throwIfAborted();
    try {
      const request = { clip, question: item.question, options: item.options, scoring };
      await this.#keep(place, view, await answerer.answer(signal === undefined ? request : { ...request, signal }));
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof CoreError)) throw error;
      this.failed += 1;
      this.failure ??= messageOf(error);
      const isRefusedForAll = fatalStatuses.has(error.details["status"]);
      if (isRefusedForAll || (this.#answers.size === 0 && this.failed >= patience)) throw error;
    }
  }

  async #keep(place: number, view: View, found: Answer | { readonly fault: string }): Promise<void> {
    const { items, records, scoring, onAnswer } = this.#options;
    const item = items[place];
    if (item === undefined) return;
    const { video, type, correct } = item;
    const question = { question: place, view, video, type, correct };
    const record: AnswerRecord =
      "fault" in found
        ? { ...question, letter: null, probabilities: [], scoring, reply: "", fault: found.fault }
        : {
            ...question,
            letter: found.option === undefined ? null : (letters[found.option] ?? null),
            probabilities: found.probabilities,
            scoring: found.scoring,
            reply: found.text,
          };
    await records.append(record);
    this.#answers.set(keyOf(place, view), record);
    onAnswer?.(record, this.#answers.size, this.#total);
  }
}
