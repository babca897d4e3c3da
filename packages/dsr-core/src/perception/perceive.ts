// From a stream of frames to a stream of percepts: an rxjs operator with a window, a pace and explicit backpressure.
// Knows nothing about who answers and what is done with the answers.
import { Observable, type OperatorFunction, type Subscriber } from "rxjs";
import { CoreError, CoreInputError } from "../errors.js";
import type { VideoFrameImage } from "../video/read-video.js";
import type { Answer, AnswerRequest, Answerer } from "./answerer.js";
import { PairedWindow, type TakenWindow, type WindowSpan } from "./paired-window.js";

/** A question that is asked of every window. */
export type StandingQuestion = Omit<AnswerRequest, "clip" | "signal">;

export interface PerceiveOptions {
  readonly answerer: Answerer;
  /** Asked together of each window; a function is called for each window, to ask what matters then. */
  readonly questions:
    | readonly StandingQuestion[]
    | ((frames: readonly VideoFrameImage[]) => readonly StandingQuestion[]);
  /** Frames a clip holds at most; even. */
  readonly window: number;
  /** New frames before the next percept; even, 2 when absent. */
  readonly every?: number;
  /** Frames before the first percept; even, the whole window when absent. */
  readonly minimum?: number;
  /** `percept` (the default) reports a failure as a value and goes on; `stream` ends the stream with the error. */
  readonly failures?: "percept" | "stream";
  /** Milliseconds, never running backwards; `performance.now` when absent. */
  readonly now?: () => number;
}

/** What was perceived in one window: either the answers, in the order of the questions, or why there are none. */
export interface Percept extends WindowSpan {
  readonly answers: readonly Answer[];
  readonly failure: Error | undefined;
  /** From the newest frame's arrival to this percept, milliseconds: how old the answers are. */
  readonly latencyMs: number;
  /** Frames since the last percept that were in no window. */
  readonly skipped: number;
}

/**
 * Perceives a stream of frames. One window is worked on at a time. Frames that come meanwhile slide through the window;
 * the next percept is of the newest window then, so memory is one window and a slow answerer makes percepts rarer, never
 * older. Windows begin at an even frame, so that pairs stay pairs and features are computed once. Unsubscribing aborts
 * the request in progress. When the source ends, the window in progress is finished first. Frames must not be changed
 * after they were sent.
 * @throws CoreInputError for odd or impossible lengths
 */
export function perceive(options: PerceiveOptions): OperatorFunction<VideoFrameImage, Percept> {
  const { window, every = 2, minimum = window } = options;
  for (const [name, value] of Object.entries({ window, every, minimum })) {
    if (Number.isInteger(value) && value >= 2 && value % 2 === 0) continue;
    throw new CoreInputError(`perceive: expected an even number of frames for '${name}', found ${value}`);
  }
  if (minimum > window) throw new CoreInputError(`perceive: expected a minimum of at most ${window}, found ${minimum}`);
  return (source) =>
    new Observable<Percept>((subscriber) => {
      const loop = new PerceptLoop({ ...options, every, minimum }, subscriber);
      const subscription = source.subscribe({
        next: (frame) => loop.receive(frame),
        error: (error: unknown) => subscriber.error(error),
        complete: () => loop.end(),
      });
      return () => {
        loop.stop();
        subscription.unsubscribe();
      };
    });
}

type LoopOptions = PerceiveOptions & Required<Pick<PerceiveOptions, "every" | "minimum">>;
type Outcome = Pick<Percept, "answers" | "failure">;

/** One subscription: the window, and whether one is being worked on. */
class PerceptLoop {
  readonly #options: LoopOptions;
  readonly #subscriber: Subscriber<Percept>;
  readonly #frames: PairedWindow;
  readonly #stop = new AbortController();
  readonly #now: () => number;
  #busy = false;
  #ended = false;
  /** Frames the stream must have before the next percept. */
  #next: number;

  constructor(options: LoopOptions, subscriber: Subscriber<Percept>) {
    this.#options = options;
    this.#subscriber = subscriber;
    this.#frames = new PairedWindow(options.window);
    this.#now = options.now ?? (() => performance.now());
    this.#next = options.minimum;
  }

  receive(frame: VideoFrameImage): void {
    this.#frames.push(frame, this.#now());
    this.#work();
  }

  /** No more frames will come. */
  end(): void {
    this.#ended = true;
    if (!this.#busy) this.#subscriber.complete();
  }

  /** Nobody listens any more. */
  stop(): void {
    this.#stop.abort(new CoreError("percepts: expected a listener, found that it has left"));
  }

  #work(): void {
    if (this.#busy || this.#frames.paired < this.#next) return;
    this.#busy = true;
    const taken = this.#frames.take();
    this.#next = taken.span.last + 1 + this.#options.every;
    this.#perceive(taken.frames).then(
      (answers) => this.#settle(taken, { answers, failure: undefined }),
      (error: unknown) => this.#settle(taken, { answers: [], failure: asError(error) }),
    );
  }

  async #perceive(frames: readonly VideoFrameImage[]): Promise<readonly Answer[]> {
    const { answerer, questions } = this.#options;
    const clip = { frames };
    const asked = typeof questions === "function" ? questions(frames) : questions;
    return answerer.answerAll(asked.map((question) => ({ ...question, clip, signal: this.#stop.signal })));
  }

  #settle({ span, skipped, arrived }: TakenWindow, outcome: Outcome): void {
    this.#busy = false;
    if (this.#stop.signal.aborted) return;
    const { failure } = outcome;
    if (failure !== undefined && this.#options.failures === "stream") return this.#subscriber.error(failure);
    this.#subscriber.next({ ...outcome, ...span, skipped, latencyMs: this.#now() - arrived });
    this.#work();
    if (this.#ended && !this.#busy) this.#subscriber.complete();
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
