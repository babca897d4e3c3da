// From Orient Anything's three angles to a rotation, as the released pipeline reads them.
// Knows nothing about the model that estimates the angles.
import { multiplyRotations, type Rotation } from "./transform.js";

/** Degrees. */
export interface OrientationAngles {
  readonly azimuth: number;
  readonly polar: number;
  readonly rotation: number;
}

function aboutX(degrees: number): Rotation {
  const [c, s] = cosineAndSine(degrees);
  return [1, 0, 0, 0, c, s, 0, -s, c];
}

function aboutY(degrees: number): Rotation {
  const [c, s] = cosineAndSine(degrees);
  return [c, 0, -s, 0, 1, 0, s, 0, c];
}

function aboutZ(degrees: number): Rotation {
  const [c, s] = cosineAndSine(degrees);
  return [c, s, 0, -s, c, 0, 0, 0, 1];
}

function cosineAndSine(degrees: number): readonly [number, number] {
  const radians = (degrees * Math.PI) / 180;
  return [Math.cos(radians), Math.sin(radians)];
}

/**
 * The rotation from camera coordinates (OpenCV axes) to the agent's (x forward, y left, z up): in-plane rotation, polar
 * angle and azimuth in turn, then the change of axes. Its transpose, behind the camera's pose, is an agent's orientation.
 */
export function cameraToAgentRotation({ azimuth, polar, rotation }: OrientationAngles): Rotation {
  const change = multiplyRotations(aboutZ(270), aboutX(90));
  return [aboutY(azimuth), aboutX(polar), aboutZ(rotation)].reduce(multiplyRotations, change);
}
