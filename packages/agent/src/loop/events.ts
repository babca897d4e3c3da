// What the loop tells its subscribers.
// Recorders, metrics and viewers live on these events alone.
import type { EnvironmentSpec, SpaceValue, StepInfo, StepResult, TaskInfo } from "@dsr/env-bridge/contract";
import type { ActionChunk } from "../policy/policy.js";
import type { Frame } from "./frame-window.js";

/** Why an episode ended: the task by itself, the environment's limit, the loop's limit, or the loop's stop rule. */
export const episodeEnds = ["terminated", "truncated", "step-limit", "stopped"] as const;
/** See {@link episodeEnds}. */
export type EpisodeEnd = (typeof episodeEnds)[number];

/** What is known of an episode at its start. */
export interface EpisodeDescription {
  readonly task: TaskInfo;
  /** The canonical text of the seed. */
  readonly seed: string;
  readonly policy: string;
  readonly spec: EnvironmentSpec;
}

/** How an episode went. */
export interface EpisodeOutcome {
  readonly success: boolean;
  readonly steps: number;
  /** Sum of rewards. */
  readonly return: number;
  readonly end: EpisodeEnd;
  readonly decisions: number;
  /** Frames that came while the policy was deciding and were replaced by newer ones (realtime). */
  readonly skipped: number;
  /** Frames the server or the network dropped before they reached the loop (realtime). */
  readonly dropped: number;
  readonly wallMs: number;
}

interface Stamped {
  /** Milliseconds of the loop's clock. */
  readonly time: number;
}

/** The environment was reset; its first frame follows. */
export interface EpisodeStarted extends Stamped {
  readonly type: "episode-started";
  readonly episode: EpisodeDescription;
  readonly info: StepInfo;
}

/** A frame arrived. Its observation may be reused by the environment: a subscriber that keeps it copies it. */
export interface FrameReceived extends Stamped {
  readonly type: "frame-received";
  readonly frame: Frame;
}

/** The policy has answered. */
export interface ActionDecided extends Stamped {
  readonly type: "action-decided";
  /** The frame's step that the decision was made on. */
  readonly step: number;
  readonly chunk: ActionChunk;
  /** Milliseconds the policy took. */
  readonly decisionMs: number;
  /** Milliseconds from the frame's arrival to the action being sent. */
  readonly frameToActionMs: number;
}

/** The environment has taken an action (realtime: a tick, under the action in effect). */
export interface StepFinished extends Stamped {
  readonly type: "step-finished";
  /** 0 for the first step. */
  readonly step: number;
  readonly action: SpaceValue;
  readonly result: StepResult;
  readonly timings: StepTimings;
}

/** Where the time of one step went, milliseconds. */
export interface StepTimings {
  /** Waiting for the policy; 0 while a chunk is being used up. */
  readonly decisionMs: number;
  /** Waiting for the environment, its transport included. */
  readonly environmentMs: number;
  /** Everything else: the loop and its subscribers. */
  readonly overheadMs: number;
}

/** Nothing more comes of this episode. */
export interface EpisodeFinished extends Stamped {
  readonly type: "episode-finished";
  readonly episode: EpisodeDescription;
  readonly outcome: EpisodeOutcome;
}

/** In this order: one `episode-started`; `frame-received` with decisions and steps between; one `episode-finished`. */
export type LoopEvent = EpisodeStarted | FrameReceived | ActionDecided | StepFinished | EpisodeFinished;
