// How a scene is filmed: still, turning after something, circling, approaching, or drifting by.
// Knows nothing about the world but where things stand in the camera's view.
import { add, cameraViewpoint, norm, scale, toViewer, type Vector3 } from "@dsr/dsr-core/geometry";
import type { Random } from "@dsr/env-bridge";
import type { SceneEntity, SceneObservation } from "./scene-observation.js";

/** Motion for one tick: metres forward, left, up; degrees of yaw (right) and pitch (down). */
export type Motion = readonly [forward: number, left: number, up: number, yaw: number, pitch: number];

/** Decides the camera's next motion from what it sees. */
export type CameraWork = (scene: SceneObservation) => Motion;

/** Names of the ways to film. */
export const cameraStyles = ["still", "follow", "orbit", "dolly", "drift"] as const;
export type CameraStyle = (typeof cameraStyles)[number];

/** Share of the way to its aim that the gaze turns in a tick, and the most degrees. */
const gazeGain = 0.08;
const fastestTurn = 4;
/** The camera backs away from what is nearer than this, and from the middle of its subject, metres. */
const leastDistance = 1.5;
const leastAimDistance = 3;
const degrees = 180 / Math.PI;

/** Draws a way to film. Only additions, products and roots, so that all machines film alike. */
export function drawCameraWork(style: CameraStyle, random: Random): CameraWork {
  const side = random.integer(2) * 2 - 1;
  const pace = random.uniform(0.02, 0.07);
  const period = 40 + random.integer(80);
  const [slideX, slideY] = [random.uniform(-1, 1), random.uniform(-0.3, 0.3)];
  let step = 0;
  return (scene) => {
    step++;
    const gaze = style === "still" ? 0 : 1;
    const aim = style === "follow" ? subjectOf(scene.entities) : middleOf(scene.entities);
    const [yaw, pitch] = turnTowards(scene, aim, gaze);
    const retreat = isTooNear(scene, aim) ? -pace : 0;
    if (style === "orbit") return [retreat, side * pace, 0, yaw, pitch];
    if (style === "dolly") return [Math.floor(step / period) % 2 === 0 ? pace + 2 * retreat : -pace, 0, 0, yaw, pitch];
    if (style === "drift") return [slideX * pace + retreat, side * pace * 0.5, slideY * pace, yaw * 0.6, pitch * 0.6];
    return [style === "follow" ? retreat : 0, 0, 0, yaw, pitch];
  };
}

function isLiving({ isDead, kind }: SceneEntity): boolean {
  return !isDead && !kind.startsWith("item:");
}

function centerOf({ position: [x, y, z], height }: SceneEntity): Vector3 {
  return [x, y + height / 2, z];
}

/** The first mob of the list: always the same one while it lives. */
function subjectOf(entities: readonly SceneEntity[]): Vector3 | undefined {
  const subject = entities.find(isLiving);
  return subject === undefined ? undefined : centerOf(subject);
}

function middleOf(entities: readonly SceneEntity[]): Vector3 | undefined {
  const centers = entities.filter(isLiving).map(centerOf);
  return centers.length === 0 ? undefined : scale(centers.reduce(add), 1 / centers.length);
}

/** Yaw and pitch for one tick; the sine of the angle stands for the angle, which ends at the same gaze. */
function turnTowards(scene: SceneObservation, aim: Vector3 | undefined, gain: number): readonly [number, number] {
  if (aim === undefined) return [0, 0];
  const [forward, left, up] = toViewer(cameraViewpoint(scene.pose), aim);
  const distance = Math.max(0.5, Math.sqrt(forward * forward + left * left + up * up));
  const turn = (sine: number): number =>
    Math.min(fastestTurn, Math.max(-fastestTurn, sine * degrees * gazeGain * gain));
  const yaw = forward > 0 ? -left / distance : -Math.sign(left);
  return [turn(yaw), turn(-up / distance)];
}

function isTooNear(scene: SceneObservation, aim: Vector3 | undefined): boolean {
  const view = cameraViewpoint(scene.pose);
  const distanceTo = (point: Vector3): number => norm(toViewer(view, point));
  const isCrowded = scene.entities.some((entity) => isLiving(entity) && distanceTo(centerOf(entity)) < leastDistance);
  return isCrowded || (aim !== undefined && distanceTo(aim) < leastAimDistance);
}
