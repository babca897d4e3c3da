// Finds the turn of the head, among the bins of the camera, whose ray meets a target within reach.
// Knows nothing about when to strike.
import { atan2, radiansToDegrees, wrapDegrees } from "../math/trigonometry.js";
import { distanceToBox, lookVector, type Vector } from "../simulation/rays.js";
import type { Self, Thing } from "./sight.js";

/** Height of a standing player's eyes and the reach of its hands, metres; the reach with a margin for rounding. */
const eyeHeight = 1.62;
const reach = 2.98;
/** A ray must pass this far inside the target's sides, metres. */
const inset = 0.03;

/** A turn in degrees, multiples of the camera interval. */
export interface Turn {
  readonly yaw: number;
  readonly pitch: number;
}

/** Where the eyes of a standing player are. */
export function eyeOf(self: Self): Vector {
  return { x: self.x, y: self.y + eyeHeight, z: self.z };
}

/** Yaw and pitch in degrees from the eyes to a point. */
export function anglesTo(self: Self, point: Vector): Turn {
  const dx = point.x - self.x;
  const dz = point.z - self.z;
  const level = Math.sqrt(dx * dx + dz * dz);
  return {
    yaw: atan2(-dx, dz) * radiansToDegrees,
    pitch: -atan2(point.y - self.y - eyeHeight, level) * radiansToDegrees,
  };
}

/** The nearest turn, in whole intervals, from where the player looks now to given angles. */
export function turnTo(self: Self, angles: Turn, interval: number): Turn {
  const yaw = Math.round(wrapDegrees(angles.yaw - self.yaw) / interval) * interval;
  const wanted = Math.min(90, Math.max(-90, angles.pitch));
  return { yaw, pitch: Math.round((wanted - self.pitch) / interval) * interval };
}

/** The point of a target to look at: its middle, but lower on an enderman, which flees from a stare. */
export function lookPoint(target: Thing): Vector {
  const height = target.kind === "enderman" ? 0.9 : target.height / 2;
  return { x: target.x, y: target.y + height, z: target.z };
}

/** A turn after which the look meets the target within reach, the nearest to its middle; undefined when there is none. */
export function aimAt(self: Self, target: Thing, interval: number): Turn | undefined {
  const angles = anglesTo(self, lookPoint(target));
  const middle = turnTo(self, angles, interval);
  const box = { ...target, halfWidth: Math.max(0.02, target.halfWidth - inset) };
  let best: Turn | undefined;
  let bestError = Infinity;
  for (let i = -1; i <= 1; i++) {
    for (let j = -3; j <= 3; j++) {
      const turn = { yaw: middle.yaw + i * interval, pitch: middle.pitch + j * interval };
      const pitch = self.pitch + turn.pitch;
      if (Math.abs(pitch) > 90) continue;
      const error = Math.abs(wrapDegrees(self.yaw + turn.yaw - angles.yaw)) + Math.abs(pitch - angles.pitch);
      if (error >= bestError) continue;
      if (distanceToBox(eyeOf(self), lookVector(self.yaw + turn.yaw, pitch), box) > reach) continue;
      best = turn;
      bestError = error;
    }
  }
  return best;
}
