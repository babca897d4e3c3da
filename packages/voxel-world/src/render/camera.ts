// Turns a camera into ray directions and matrices. Knows nothing about what the rays hit.
import { InputError, type ImageSize } from "@dsr/env-bridge/contract";
import { cos, degreesToRadians, sin } from "../math/trigonometry.js";
import type { Camera } from "../world/scene.js";

/**
 * The camera's axes in the world, OpenCV's way: `right`, `down` and `forward` are unit vectors. The ray through image
 * point (u, v) has direction forward + u · right + v · down, so that its parameter is the depth in metres.
 */
export interface View {
  readonly originX: number;
  readonly originY: number;
  readonly originZ: number;
  readonly forwardX: number;
  readonly forwardY: number;
  readonly forwardZ: number;
  readonly rightX: number;
  readonly rightZ: number;
  readonly downX: number;
  readonly downY: number;
  readonly downZ: number;
}

/** The axes of a camera; `rightY` is always 0, because cameras do not roll. */
export function viewOf(camera: Camera): View {
  const sinYaw = sin(camera.yaw * degreesToRadians);
  const cosYaw = cos(camera.yaw * degreesToRadians);
  const sinPitch = sin(camera.pitch * degreesToRadians);
  const cosPitch = cos(camera.pitch * degreesToRadians);
  return {
    originX: camera.x,
    originY: camera.y,
    originZ: camera.z,
    forwardX: -sinYaw * cosPitch,
    forwardY: -sinPitch,
    forwardZ: cosYaw * cosPitch,
    rightX: -cosYaw,
    rightZ: -sinYaw,
    downX: sinYaw * sinPitch,
    downY: -cosPitch,
    downZ: -cosYaw * sinPitch,
  };
}

/** Pixels per unit of image-plane coordinate; the same along both axes. */
export function focalLength(verticalFov: number, height: number): number {
  if (!(verticalFov > 0 && verticalFov < 180)) {
    throw new InputError(`camera verticalFov: expected degrees between 0 and 180, found ${verticalFov}`);
  }
  const half = (verticalFov / 2) * degreesToRadians;
  return ((height / 2) * cos(half)) / sin(half);
}

/** The matrices of the observation key `camera`. */
export interface CameraMatrices {
  /** 4 × 4 camera-to-world, row order, OpenCV axes (x right, y down, z forward), metres. */
  readonly pose: Float32Array;
  /** 3 × 3 pinhole matrix in pixels; the centre of pixel (row, column) is the image point (column, row), as in OpenCV. */
  readonly intrinsics: Float32Array;
}

/** Pose and intrinsics of a camera for pictures of the given height and width. */
export function cameraMatrices(camera: Camera, [height, width]: ImageSize): CameraMatrices {
  const v = viewOf(camera);
  const focal = focalLength(camera.verticalFov, height);
  // prettier-ignore
  const pose = Float32Array.of(
    v.rightX, v.downX, v.forwardX, v.originX,
    0, v.downY, v.forwardY, v.originY,
    v.rightZ, v.downZ, v.forwardZ, v.originZ,
    0, 0, 0, 1,
  );
  const intrinsics = Float32Array.of(focal, 0, (width - 1) / 2, 0, focal, (height - 1) / 2, 0, 0, 1);
  return { pose, intrinsics };
}
