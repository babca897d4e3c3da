// Rigid transforms as plain numbers: a turn about the axes and a shift. Knows nothing about bodies.
import { cos, sin } from "../math/trigonometry.js";
import type { BoneTurn } from "./models/model.js";

type Vector = readonly [number, number, number];

/** Local to world: columns are where the local x, y and z axes point, then the shift. */
export interface Transform {
  readonly x: Vector;
  readonly y: Vector;
  readonly z: Vector;
  readonly shift: Vector;
}

/** Turns by roll (about z), then pitch (about x, positive looks down), then yaw (about y, positive turns right). */
export function turned({ pitch = 0, yaw = 0, roll = 0 }: BoneTurn, shift: Vector): Transform {
  const sp = sin(pitch);
  const cp = cos(pitch);
  const sy = sin(yaw);
  const cy = cos(yaw);
  const sr = sin(roll);
  const cr = cos(roll);
  const turn = (x: number, y: number, z: number): Vector => {
    const rolledX = x * cr - y * sr;
    const rolledY = x * sr + y * cr;
    const pitchedY = rolledY * cp - z * sp;
    const pitchedZ = rolledY * sp + z * cp;
    return [rolledX * cy - pitchedZ * sy, pitchedY, rolledX * sy + pitchedZ * cy];
  };
  return { x: turn(1, 0, 0), y: turn(0, 1, 0), z: turn(0, 0, 1), shift };
}

/** A local direction in world axes. */
export function turnVector({ x, y, z }: Transform, [a, b, c]: Vector): Vector {
  return [x[0] * a + y[0] * b + z[0] * c, x[1] * a + y[1] * b + z[1] * c, x[2] * a + y[2] * b + z[2] * c];
}

/** First `inner`, then `outer`. */
export function chained(outer: Transform, inner: Transform): Transform {
  const [sx, sy, sz] = turnVector(outer, inner.shift);
  return {
    x: turnVector(outer, inner.x),
    y: turnVector(outer, inner.y),
    z: turnVector(outer, inner.z),
    shift: [sx + outer.shift[0], sy + outer.shift[1], sz + outer.shift[2]],
  };
}

/** The inner product. */
export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
