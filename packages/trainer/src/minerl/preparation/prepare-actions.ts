// From a recording to training targets: sub-sampling, MineDojo's action space, null actions.
// Knows nothing about pictures, models or files.
import { MinerlToMinedojo } from "@dsr/env-bridge";
import {
  type MinerlAction,
  cameraBin,
  defaultCameraInterval,
  minedojoActionSpace,
  neutralCameraBin,
} from "@dsr/env-bridge/contract";
import type { Demonstration } from "../demonstration.js";
import { type CameraRule, type Turn, cameraTurns, quantizeTurns } from "./camera-turns.js";
import { mergeActions } from "./merge-actions.js";
import { isNullAction } from "./pressed-keys.js";

/**
 * `keep`: all steps; `source`: without steps in which the person did nothing (VPT's loader); `mapped`: without steps
 * whose mapped action does nothing (VPT's paper).
 */
export const nullRules = ["keep", "source", "mapped"] as const;
export type NullRule = (typeof nullRules)[number];

/** What becomes of a recording's actions; every decision has a figure in the statistics. */
export interface PreparationOptions {
  /** Degrees between camera bins; MineDojo's 15 unless given. */
  readonly cameraInterval?: number | undefined;
  /** `residual` unless given. */
  readonly camera?: CameraRule | undefined;
  /** `source` unless given. */
  readonly nullActions?: NullRule | undefined;
  /** Takes every n-th step; 1 unless given. */
  readonly every?: number | undefined;
  /** Whether the steps between are added to the taken one (the default) or dropped. */
  readonly between?: "merged" | "dropped" | undefined;
}

/** One training target. */
export interface PreparedAction {
  /** The frame that it answers. */
  readonly index: number;
  /** Recorded steps that it stands for. */
  readonly span: number;
  /** What the person did, over the span. */
  readonly source: MinerlAction;
  /** The eight integers of MineDojo's space. */
  readonly minedojo: readonly number[];
  /** Degrees that the integers turn the camera by. */
  readonly turn: Turn;
  /** What the person pressed and MineDojo's space cannot say at once. */
  readonly lost: readonly string[];
}

interface Group {
  readonly index: number;
  readonly span: number;
  readonly source: MinerlAction;
  readonly recorded: readonly number[] | undefined;
}

/**
 * The training targets of an episode. Camera motion is quantised over all taken steps before null actions are left out,
 * so leaving them out loses none of it. Where the recording kept the integers that were sent, they are used.
 * @throws InputError for a camera interval that does not divide 180
 */
export function prepareActions(
  demonstration: Demonstration,
  options: PreparationOptions = {},
): readonly PreparedAction[] {
  const interval = options.cameraInterval ?? defaultCameraInterval;
  // refuses an interval that the space does not have
  minedojoActionSpace(interval);
  const groups = groupsOf(demonstration, options);
  const turns = quantizeTurns(
    groups.map(({ source }) => source),
    options.camera ?? "residual",
    interval,
  );
  let at = 0;
  const mapper = new MinerlToMinedojo({ slotOf: (item) => demonstration.slotOf(at, item) });
  const prepared = groups.map(({ index, span, source, recorded }, i): PreparedAction => {
    at = index;
    const turn = turns[i] ?? { pitch: 0, yaw: 0 };
    const { action, lost } = mapper.map({ ...source, pitch: 0, yaw: 0 });
    const minedojo = withCamera(recorded ?? action, turn, interval);
    return { index, span, source, minedojo, turn, lost: recorded === undefined ? lost : [] };
  });
  return prepared.filter((one) => isKept(one, options.nullActions ?? "source", interval));
}

/** Steps taken together; their camera turns are those that the camera really made. */
function groupsOf(
  demonstration: Demonstration,
  { every = 1, between = "merged" }: PreparationOptions,
): readonly Group[] {
  const size = Math.max(1, Math.floor(every));
  const turns = cameraTurns(demonstration);
  const groups: Group[] = [];
  for (let index = 0; index < demonstration.actions.length; index += size) {
    const span = between === "merged" ? Math.min(size, demonstration.actions.length - index) : 1;
    const recorded = demonstration.actions.slice(index, index + span);
    const actions = recorded.map(({ action }, i) => ({ ...action, ...turns[index + i] }));
    const [only] = actions;
    const isSingle = only !== undefined && span === 1;
    const source = isSingle ? only : mergeActions(actions);
    groups.push({ index, span, source, recorded: isSingle ? recorded[0]?.minedojo : undefined });
  }
  return groups;
}

function withCamera(action: readonly number[], { pitch, yaw }: Turn, interval: number): readonly number[] {
  return action.with(3, cameraBin(pitch, interval)).with(4, cameraBin(yaw, interval));
}

function isKept({ source, minedojo }: PreparedAction, rule: NullRule, interval: number): boolean {
  if (rule === "keep") return true;
  if (rule === "source") return !isNullAction(source);
  return !isMinedojoNoop(minedojo, interval);
}

/** Whether eight integers do nothing; the arguments of a function that is not used do not count. */
export function isMinedojoNoop(action: readonly number[], cameraInterval = defaultCameraInterval): boolean {
  const neutral = neutralCameraBin(cameraInterval);
  const [move, strafe, posture, pitch, yaw, fn] = action;
  return move === 0 && strafe === 0 && posture === 0 && pitch === neutral && yaw === neutral && fn === 0;
}
