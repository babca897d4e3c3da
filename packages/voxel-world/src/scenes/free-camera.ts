// A camera that flies: moves within open air, never into blocks or liquids, and turns.
// Knows nothing about what it films.
import { type BoxSpace, box, InputError, isNdArray, type SpaceValue } from "@dsr/env-bridge/contract";
import { cos, degreesToRadians, sin, wrapDegrees } from "../math/trigonometry.js";
import { eyeHeight, type Player } from "../simulation/player.js";
import type { Vector } from "../simulation/rays.js";
import type { VoxelGrid } from "../world/voxel-grid.js";

/** Metres of open air around the lens. */
const radius = 0.35;
const edge = 1.5;
const steepest = 89;
/** Fastest flight, metres a tick, and turn, degrees a tick. */
const fastest = 1;
const fastestTurn = 20;

/** Motion for one tick: metres forward, left and up (level with the ground), degrees of yaw (right) and pitch (down). */
export interface CameraMotion {
  readonly forward: number;
  readonly left: number;
  readonly up: number;
  readonly yaw: number;
  readonly pitch: number;
}

/** The action space: the five numbers of {@link CameraMotion} in order, float32. */
export function cameraMotionSpace(): BoxSpace {
  const limits = [fastest, fastest, fastest, fastestTurn, fastestTurn];
  return box(
    "float32",
    [5],
    limits.map((limit) => -limit),
    limits,
  );
}

/** Reads an action; numbers beyond the limits are cut. @throws InputError (`invalid-action`) for anything else */
export function decodeCameraMotion(value: SpaceValue): CameraMotion {
  const numbers = isNdArray(value) ? Array.from(value.data, Number) : Array.isArray(value) ? value.map(Number) : [];
  if (numbers.length !== 5 || !numbers.every(Number.isFinite)) {
    throw new InputError(`camera motion: expected 5 finite numbers, found ${JSON.stringify(numbers)}`, {
      code: "invalid-action",
    });
  }
  const cut = (i: number, limit: number): number => Math.min(limit, Math.max(-limit, numbers[i] ?? 0));
  return {
    forward: cut(0, fastest),
    left: cut(1, fastest),
    up: cut(2, fastest),
    yaw: cut(3, fastestTurn),
    pitch: cut(4, fastestTurn),
  };
}

/** Whether a lens at a place is in open air. */
export function isClear(grid: VoxelGrid, { x, y, z }: Vector): boolean {
  if (x < edge || z < edge || x > grid.sizeX - edge || z > grid.sizeZ - edge || y < 1) return false;
  for (const dx of [-radius, radius]) {
    for (const dy of [-radius, radius]) {
      for (const dz of [-radius, radius]) {
        const cell = [Math.floor(x + dx), Math.floor(y + dy), Math.floor(z + dz)] as const;
        if (grid.isSolid(...cell) || grid.isLiquid(...cell)) return false;
      }
    }
  }
  return true;
}

/** Moves the camera (the player's eyes) for one tick, axis by axis, so that it slides along what is in its way. */
export function flyCamera(player: Player, grid: VoxelGrid, motion: CameraMotion): void {
  player.yaw = wrapDegrees(player.yaw + motion.yaw);
  player.pitch = Math.min(steepest, Math.max(-steepest, player.pitch + motion.pitch));
  const s = sin(player.yaw * degreesToRadians);
  const c = cos(player.yaw * degreesToRadians);
  const ways = [
    [-s * motion.forward + c * motion.left, 0, 0],
    [0, motion.up, 0],
    [0, 0, c * motion.forward + s * motion.left],
  ] as const;
  for (const [dx, dy, dz] of ways) {
    const to = { x: player.x + dx, y: player.eyeY + dy, z: player.z + dz };
    if (isClear(grid, to)) player.placeAt(to.x, to.y - eyeHeight, to.z);
  }
}
