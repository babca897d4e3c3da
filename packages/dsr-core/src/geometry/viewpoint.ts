// The viewer's coordinates, x forward, y left, z up, of a camera or of an agent that faces somewhere.
// Knows nothing about questions.
import { axisOf, columnOf, originOf, type Pose, type Rotation } from "./transform.js";
import { dot, scale, subtract, type Vector3 } from "./vector.js";

/** A viewer's place and its three unit axes, in world coordinates. */
export interface Viewpoint {
  readonly origin: Vector3;
  readonly forward: Vector3;
  readonly left: Vector3;
  readonly up: Vector3;
}

/** The viewpoint of a camera by its camera-to-world pose with OpenCV axes (x right, y down, z forward). */
export function cameraViewpoint(pose: Pose): Viewpoint {
  return {
    origin: originOf(pose),
    forward: axisOf(pose, 2),
    left: scale(axisOf(pose, 0), -1),
    up: scale(axisOf(pose, 1), -1),
  };
}

/** The viewpoint of an agent by its centre and its agent-to-world rotation (x forward, y left, z up). */
export function agentViewpoint(center: Vector3, orientation: Rotation): Viewpoint {
  return {
    origin: center,
    forward: columnOf(orientation, 0),
    left: columnOf(orientation, 1),
    up: columnOf(orientation, 2),
  };
}

/** A world point in the viewer's coordinates. */
export function toViewer(viewpoint: Viewpoint, point: Vector3): Vector3 {
  return directionToViewer(viewpoint, subtract(point, viewpoint.origin));
}

/** A world direction in the viewer's coordinates. */
export function directionToViewer({ forward, left, up }: Viewpoint, direction: Vector3): Vector3 {
  return [dot(forward, direction), dot(left, direction), dot(up, direction)];
}

/** A point in the viewer's coordinates as the world sees it; undoes {@link toViewer}. */
export function fromViewer({ origin, forward, left, up }: Viewpoint, [x, y, z]: Vector3): Vector3 {
  const along = (axis: 0 | 1 | 2): number => origin[axis] + x * forward[axis] + y * left[axis] + z * up[axis];
  return [along(0), along(1), along(2)];
}
