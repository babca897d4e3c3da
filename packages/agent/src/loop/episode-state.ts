// The bookkeeping of one episode: its window, the chunk in use, its counts and its end.
// Knows nothing about streams; the loop calls it in order.
import type { SpaceValue } from "@dsr/env-bridge/contract";
import type { ActionChunk } from "../policy/policy.js";
import type { Clock } from "./clock.js";
import type { EpisodeDescription, EpisodeEnd, EpisodeOutcome, LoopEvent } from "./events.js";
import { type Frame, FrameRing, type FrameWindow } from "./frame-window.js";
import type { SourceFrame } from "./frame-source.js";

/** Decides after each frame whether the episode is over although the environment goes on. */
export type StopRule = (frame: SourceFrame, step: number) => boolean;

/** When an episode ends, what the policy sees, and whose time counts. */
export interface EpisodeRules {
  readonly windowLength: number;
  readonly maxSteps: number;
  readonly stopWhen: StopRule;
  readonly clock: Clock;
}

/** One episode under way. `receive` comes for every frame; `decide` and `act` when the policy is asked. */
export class EpisodeState {
  readonly #ring: FrameRing;
  #step = 0;
  #return = 0;
  #success = false;
  #decisions = 0;
  #skipped = 0;
  #dropped = 0;
  #chunk: ActionChunk = [];
  #chunkIndex = 0;
  #action: SpaceValue = null;
  #frameTime = 0;
  #decisionMs = 0;
  #startTime: number | undefined;
  #end: EpisodeEnd | undefined;

  constructor(
    private readonly episode: EpisodeDescription,
    private readonly rules: EpisodeRules,
    private readonly emit: (event: LoopEvent) => void,
  ) {
    this.#ring = new FrameRing(rules.windowLength);
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  /** Takes in a frame, tells subscribers, and returns the window that ends with it. */
  receive(source: SourceFrame): FrameWindow {
    const time = this.rules.clock.now();
    const first = this.#startTime === undefined;
    this.#startTime ??= time;
    if (first) this.emit({ type: "episode-started", time, episode: this.episode, info: source.info });
    else this.#finishStep(source, time);
    this.#dropped += source.dropped;
    const frame: Frame = { step: this.#step, time, observation: source.observation, info: source.info };
    this.#frameTime = time;
    this.#decisionMs = 0;
    const window = this.#ring.push(frame);
    this.emit({ type: "frame-received", time, frame });
    if (!first) this.#finishEpisode(source);
    return window;
  }

  /** The next action of the chunk in use, or undefined when the policy has to be asked. */
  nextOfChunk(): SpaceValue | undefined {
    const action = this.#chunk[this.#chunkIndex];
    if (action !== undefined) this.#chunkIndex += 1;
    return action;
  }

  /** Takes a new chunk into use; `begin` is when the policy was asked. Returns its first action. */
  decide(chunk: ActionChunk, window: FrameWindow, begin: number): SpaceValue | undefined {
    const time = this.rules.clock.now();
    this.#decisions += 1;
    this.#chunk = chunk;
    this.#chunkIndex = 0;
    this.#decisionMs += time - begin;
    const { step, time: received } = window.newest;
    this.emit({
      type: "action-decided",
      time,
      step,
      chunk,
      decisionMs: time - begin,
      frameToActionMs: time - received,
    });
    return this.nextOfChunk();
  }

  /** Notes the action that is being sent. */
  act(action: SpaceValue): void {
    this.#action = action;
  }

  skip(): void {
    this.#skipped += 1;
  }

  #finishStep(source: SourceFrame, time: number): void {
    const { observation, reward, terminated, truncated, info, environmentMs } = source;
    const decisionMs = this.#decisionMs;
    const overheadMs = Math.max(0, time - this.#frameTime - decisionMs - environmentMs);
    this.#return += reward;
    this.#success ||= info.success === true;
    const result = { observation, reward, terminated, truncated, info };
    const timings = { decisionMs, environmentMs, overheadMs };
    this.emit({ type: "step-finished", time, step: this.#step, action: this.#action, result, timings });
    this.#step += 1;
  }

  #finishEpisode(source: SourceFrame): void {
    this.#end = this.#endOf(source);
    if (this.#end === undefined) return;
    const time = this.rules.clock.now();
    this.emit({ type: "episode-finished", time, episode: this.episode, outcome: this.#outcome(this.#end, time) });
  }

  #endOf(source: SourceFrame): EpisodeEnd | undefined {
    if (source.terminated) return "terminated";
    if (source.truncated) return "truncated";
    if (this.rules.stopWhen(source, this.#step)) return "stopped";
    return this.#step >= this.rules.maxSteps ? "step-limit" : undefined;
  }

  #outcome(end: EpisodeEnd, time: number): EpisodeOutcome {
    return {
      success: this.#success,
      steps: this.#step,
      return: this.#return,
      end,
      decisions: this.#decisions,
      skipped: this.#skipped,
      dropped: this.#dropped,
      wallMs: time - (this.#startTime ?? time),
    };
  }
}
