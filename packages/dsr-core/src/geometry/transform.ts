// Rigid transforms as 4 × 4 matrices in row order, and rotations as 3 × 3 matrices in row order.
// Knows nothing about who looks where.
import { type Vector3, cross, dot } from "./vector.js";

/** 16 numbers in row order; the last row is 0 0 0 1. A pose maps the body's coordinates to the world's. */
export type Pose = readonly number[];
/** 9 numbers in row order. */
export type Rotation = readonly number[];

function at(matrix: readonly number[], index: number): number {
  return matrix[index] ?? 0;
}

/** A column of a pose's rotation, 0 to 2: one of the body's axes in world coordinates. */
export function axisOf(pose: Pose, column: 0 | 1 | 2): Vector3 {
  return [at(pose, column), at(pose, 4 + column), at(pose, 8 + column)];
}

/** A pose's origin in world coordinates. */
export function originOf(pose: Pose): Vector3 {
  return [at(pose, 3), at(pose, 7), at(pose, 11)];
}

/** A column of a rotation, 0 to 2. */
export function columnOf(rotation: Rotation, column: 0 | 1 | 2): Vector3 {
  return [at(rotation, column), at(rotation, 3 + column), at(rotation, 6 + column)];
}

/** A pose from a rotation and an origin. */
export function poseOf(rotation: Rotation, [x, y, z]: Vector3): Pose {
  const [a, b, c] = [columnOf(rotation, 0), columnOf(rotation, 1), columnOf(rotation, 2)];
  return [a[0], b[0], c[0], x, a[1], b[1], c[1], y, a[2], b[2], c[2], z, 0, 0, 0, 1];
}

/** The rotation of a pose. */
export function rotationOf(pose: Pose): Rotation {
  return [0, 1, 2, 4, 5, 6, 8, 9, 10].map((index) => at(pose, index));
}

/** A point in the body's coordinates as the world sees it. */
export function transformPoint(pose: Pose, [x, y, z]: Vector3): Vector3 {
  const row = (r: number): number => at(pose, r) * x + at(pose, r + 1) * y + at(pose, r + 2) * z + at(pose, r + 3);
  return [row(0), row(4), row(8)];
}

/** a · b: first b, then a. */
export function compose(a: Pose, b: Pose): Pose {
  return Array.from({ length: 16 }, (_, index) => {
    const row = index - (index % 4);
    const column = index % 4;
    return [0, 1, 2, 3].reduce((sum, k) => sum + at(a, row + k) * at(b, 4 * k + column), 0);
  });
}

/** The inverse of a rigid transform: the transposed rotation, and the origin carried back. */
export function invert(pose: Pose): Pose {
  const transposed = transposeRotation(rotationOf(pose));
  const back = transformPoint(poseOf(transposed, [0, 0, 0]), originOf(pose));
  return poseOf(transposed, [-back[0], -back[1], -back[2]]);
}

/** The inverse of a rotation. */
export function transposeRotation(rotation: Rotation): Rotation {
  return [0, 3, 6, 1, 4, 7, 2, 5, 8].map((index) => at(rotation, index));
}

/** Product of two rotations. */
export function multiplyRotations(a: Rotation, b: Rotation): Rotation {
  return rotationOf(compose(poseOf(a, [0, 0, 0]), poseOf(b, [0, 0, 0])));
}

/** Largest deviation of R·Rᵀ from the identity, and of its determinant from 1: 0 for a true rotation. */
export function rotationError(rotation: Rotation): number {
  const [a, b, c] = [columnOf(rotation, 0), columnOf(rotation, 1), columnOf(rotation, 2)];
  const products = [
    [a, a, 1],
    [b, b, 1],
    [c, c, 1],
    [a, b, 0],
    [a, c, 0],
    [b, c, 0],
  ] as const;
  const skews = products.map(([u, v, expected]) => Math.abs(dot(u, v) - expected));
  return Math.max(Math.abs(dot(a, cross(b, c)) - 1), ...skews);
}
