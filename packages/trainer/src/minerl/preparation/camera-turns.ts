// How far the camera of a recording turned, and the rules by which turns become bins.
// Knows nothing about keys.
import { CameraResidual, wrapTurn } from "@dsr/env-bridge";
import type { Demonstration } from "../demonstration.js";

/** Degrees of one step; positive pitch looks down, positive yaw turns right. */
export interface Turn {
  readonly pitch: number;
  readonly yaw: number;
}

/**
 * `residual`: to the nearest bin, what is left over carried to the next step; `rounded`: to the nearest bin, the rest
 * lost; `ceil`: to the next bin above, as MineDojo's own reverse map.
 */
export const cameraRules = ["residual", "rounded", "ceil"] as const;
export type CameraRule = (typeof cameraRules)[number];

/**
 * The turns that the camera really made: none while a menu is open, none against the stop at ±90° where the pitch is
 * known, and turns of more than half a circle by the shorter way.
 */
export function cameraTurns({ actions, initialPitch }: Demonstration): readonly Turn[] {
  let pitch = initialPitch;
  return actions.map(({ action, isGuiOpen }) => {
    if (isGuiOpen) return { pitch: 0, yaw: 0 };
    const down = Math.min(Math.max(action.pitch, -180), 180);
    const yaw = wrapTurn(action.yaw);
    if (pitch === undefined) return { pitch: down, yaw };
    const before = pitch;
    pitch = Math.min(Math.max(before + down, -90), 90);
    return { pitch: pitch - before, yaw };
  });
}

/** Turns as multiples of `interval` degrees, at most half a circle a step. */
export function quantizeTurns(turns: readonly Turn[], rule: CameraRule, interval: number): readonly Turn[] {
  const pitch = quantizerOf(rule, interval);
  const yaw = quantizerOf(rule, interval);
  return turns.map((turn) => ({ pitch: pitch(turn.pitch), yaw: yaw(turn.yaw) }));
}

function quantizerOf(rule: CameraRule, interval: number): (degrees: number) => number {
  if (rule === "residual") {
    const residual = new CameraResidual({ cameraInterval: interval });
    return (degrees) => residual.quantize(degrees);
  }
  const round = rule === "ceil" ? Math.ceil : Math.round;
  const most = Math.floor(180 / interval);
  return (degrees) => Math.min(Math.max(round(degrees / interval), -most), most) * interval;
}

/** VPT's camera: at most `most` degrees, bins of `bin` on a mu-law scale. */
export interface MuLaw {
  readonly mu: number;
  readonly most: number;
  readonly bin: number;
}

/** VPT's eleven bins. */
export const vptCamera: MuLaw = { mu: 10, most: 10, bin: 2 };

/** The degrees that VPT's bins turn a camera by, step by step, without carrying anything on. */
export function muLawTurns(turns: readonly Turn[], { mu, most, bin }: MuLaw = vptCamera): readonly Turn[] {
  const throughBins = (degrees: number): number => {
    const clipped = Math.min(Math.max(degrees / most, -1), 1);
    const scaled = (Math.sign(clipped) * Math.log(1 + mu * Math.abs(clipped))) / Math.log(1 + mu);
    const kept = (Math.round((scaled * most + most) / bin) * bin - most) / most;
    return (Math.sign(kept) * ((1 + mu) ** Math.abs(kept) - 1) * most) / mu;
  };
  return turns.map(({ pitch, yaw }) => ({ pitch: throughBins(pitch), yaw: throughBins(yaw) }));
}
