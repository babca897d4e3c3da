// Motions that several models share: walking legs, swinging arms, a head that looks.
// Knows nothing about boxes or skins.
import { cos, degreesToRadians, sin, wrapDegrees } from "../../math/trigonometry.js";
import type { Body } from "../../world/scene.js";
import type { BoneTurn, Pose } from "./model.js";

/** Swing of a leg in radians; `phase` 0 or 1 for alternate legs. */
export function stride(body: Body, phase: 0 | 1, reach = 1.4): number {
  const swing = cos(body.limbSwing * 0.6662) * reach * body.limbSwingAmount;
  return phase === 0 ? swing : -swing;
}

/** The head's turn relative to the body. */
export function look(body: Body): BoneTurn {
  return {
    pitch: body.headPitch * degreesToRadians,
    yaw: wrapDegrees(body.headYaw - body.bodyYaw) * degreesToRadians,
  };
}

/** Four legs in a trot, and a looking head. */
export function trot(body: Body): Pose {
  return {
    head: look(body),
    frontLeft: { pitch: stride(body, 0) },
    frontRight: { pitch: stride(body, 1) },
    backLeft: { pitch: stride(body, 1) },
    backRight: { pitch: stride(body, 0) },
  };
}

/** A slow sway of idle arms, in radians. */
export function sway(body: Body): number {
  return 0.05 + 0.05 * cos(body.age * 0.09);
}

/** Two walking legs, and a looking head. */
export function walk(body: Body, reach = 1.4): Pose {
  return {
    head: look(body),
    leftLeg: { pitch: stride(body, 0, reach) },
    rightLeg: { pitch: stride(body, 1, reach) },
  };
}

/** A fast tremble in [−1, 1] from the age in ticks. */
export function tremble(body: Body): number {
  return sin(body.age * 2.7);
}
