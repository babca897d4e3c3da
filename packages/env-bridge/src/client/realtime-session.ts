// A realtime session: frames come at the server's rate, and the newest action counts.
// Knows nothing about sockets; the link brings messages there and back.
import { type Observable, Subject } from "rxjs";
import type { EnvironmentSpec, Observation, ResetOptions, ResetResult, StepInfo } from "../contract/environment.js";
import { type DsrError, InputError } from "../contract/errors.js";
import { type SpaceValue, violationOf } from "../contract/spaces.js";
import type { FrameMessage, OpenedMessage, ServerMessage, Timings } from "../protocol/messages.js";
import { errorFromMessage } from "../protocol/wire-errors.js";
import { type Link, type LinkedSession, expectReply } from "./link.js";
import { closeRemotely, resetFields } from "./remote-environment.js";

/** What the server saw at one tick. */
export interface RealtimeFrame {
  /** Ticks since the reset. */
  readonly tick: number;
  readonly observation: Observation;
  /** Sum since the last frame that was delivered. */
  readonly reward: number;
  /** Whether either happened since the last frame that was delivered. */
  readonly terminated: boolean;
  readonly truncated: boolean;
  readonly info: StepInfo;
  /** Frames dropped between the last one and this one. */
  readonly dropped: number;
  readonly timings: Timings;
}

/** An environment that does not wait. The server stops ticking at the end of an episode, until the next reset. */
export class RealtimeSession implements LinkedSession {
  readonly id: string;
  readonly resumeToken: string;
  readonly spec: EnvironmentSpec;
  /** Ticks a second. */
  readonly tickRate: number;
  /** Frames as they come; completes with the session, and fails when the session is lost. */
  readonly frames$: Observable<RealtimeFrame>;
  readonly #link: Link;
  readonly #frames = new Subject<RealtimeFrame>();
  #ended: DsrError | undefined;

  constructor(link: Link, opened: OpenedMessage) {
    this.#link = link;
    this.id = opened.session;
    this.resumeToken = opened.resumeToken;
    this.spec = opened.spec;
    this.tickRate = opened.tickRate;
    this.frames$ = this.#frames.asObservable();
    link.addSession(this);
  }

  /** Starts an episode, and with it the ticks. The first frame after it is that of tick 1. */
  async reset(options: ResetOptions = {}): Promise<ResetResult> {
    if (this.#ended !== undefined) throw this.#ended;
    const message = await this.#link.request({ type: "reset", session: this.id, ...resetFields(options) });
    const { observation, info } = expectReply(message, "reset-result");
    return { observation, info };
  }

  /** Replaces the action; it is applied at every tick until the next one. @throws InputError (`invalid-action`) */
  act(action: SpaceValue): void {
    if (this.#ended !== undefined) throw this.#ended;
    const violation = violationOf(this.spec.actionSpace, action, "action");
    if (violation !== undefined) throw new InputError(violation, { code: "invalid-action" });
    this.#link.notify({ type: "act", session: this.id, action });
  }

  /** Ends the session; does nothing when it has ended already. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#ended = new InputError(`session ${this.id}: expected an open session, found a closed one`, {
      code: "wrong-state",
    });
    await closeRemotely(this.#link, this);
    this.#frames.complete();
  }

  onMessage(message: ServerMessage): void {
    if (message.type === "error") return this.onEnd(errorFromMessage(message), true);
    if (message.type !== "frame" || this.#ended !== undefined) return;
    this.#frames.next(frameOf(message));
    // Only now has the frame been consumed; until then the server holds newer ones back.
    this.#link.notify({ type: "acknowledge", session: this.id, frame: message.frame });
  }

  onEnd(error: DsrError, isFailure: boolean): void {
    this.#ended ??= error;
    if (isFailure) this.#frames.error(error);
    else this.#frames.complete();
  }
}

function frameOf(message: FrameMessage): RealtimeFrame {
  const { tick, observation, reward, terminated, truncated, info, dropped, timings } = message;
  return { tick, observation, reward, terminated, truncated, info, dropped, timings };
}
