// From a stream of frames to a stream of percepts: an rxjs operator with a window, a pace and explicit backpressure.
// Knows nothing about who answers and what is done with the answers.
import { Observable, type OperatorFunction, type Subscription } from "rxjs";
import { CoreInputError } from "../errors.js";
import type { VideoFrameImage } from "../video/read-video.js";
import type { Answer, AnswerRequest, Answerer } from "./answerer.js";
import { PairedWindow, type WindowSpan } from "./paired-window.js";

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
      const now = options.now ?? (() => performance.now());
      const frames = new PairedWindow(window);
      const stop = new AbortController();
      let busy = false;
      let ended = false;
      let next = minimum;

      const work = (): void => {
        if (busy || frames.paired < next) return;
        busy = true;
        const taken = frames.take();
        next = taken.span.last + 1 + every;
        perceiveWindow(options, taken.frames, stop.signal).then(
          (answers) => settle({ answers, failure: undefined }),
          (error: unknown) =>
            settle({ answers: [], failure: error instanceof Error ? error : new Error(String(error)) }),
        );
        const settle = (outcome: Pick<Percept, "answers" | "failure">): void => {
          busy = false;
          if (stop.signal.aborted) return;
          if (outcome.failure !== undefined && options.failures === "stream") return subscriber.error(outcome.failure);
          subscriber.next({ ...outcome, ...taken.span, skipped: taken.skipped, latencyMs: now() - taken.arrived });
          work();
          if (ended && !busy) subscriber.complete();
        };
      };
      const subscription: Subscription = source.subscribe({
        next: (frame) => {
          frames.push(frame, now());
          work();
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          ended = true;
          if (!busy) subscriber.complete();
        },
      });
      return () => {
        stop.abort(new Error("nobody listens to the percepts any more"));
        subscription.unsubscribe();
      };
    });
}

async function perceiveWindow(
  { answerer, questions }: PerceiveOptions,
  frames: readonly VideoFrameImage[],
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const clip = { frames };
  const asked = typeof questions === "function" ? questions(frames) : questions;
  return answerer.answerAll(asked.map((question) => ({ ...question, clip, signal })));
}
