// Places the boxes and the ground shadow of every body for one picture.
// Knows nothing about pixels.
import { atan2, degreesToRadians, sin } from "../math/trigonometry.js";
import type { Body, Scene } from "../world/scene.js";
import type { View } from "./camera.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { modelOf } from "./models/model-of.js";
import { PosedBox } from "./posed-box.js";
import type { Atmosphere } from "./sky.js";
import { type Transform, chained, turned } from "./transform.js";

/** A round shadow below a body. */
export interface GroundShadow {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly radius: number;
}

export interface PosedBodies {
  readonly boxes: readonly PosedBox[];
  readonly shadows: readonly GroundShadow[];
}

/** Shadows fall on ground up to this far below the feet, metres. */
export const shadowReach = 1.1;
/** A dying body has fallen over after this many ticks. */
const fallTicks = 20;
const quarterTurn = 1.5707963267948966;
/** Bodies are lit a little more than the ground at night, so that they can be made out. */
const leastLight = 0.58;

/** Poses the bodies within reach of the fog; with a frame, only those that its pixels can show. */
export function poseBodies(
  scene: Scene,
  view: View,
  { atmosphere, frame }: { readonly atmosphere: Atmosphere; readonly frame?: FrameBuffer | undefined },
): PosedBodies {
  const boxes: PosedBox[] = [];
  const shadows: GroundShadow[] = [];
  for (const body of scene.bodies) {
    if (isTooFar(body, view, atmosphere.fogEnd)) continue;
    if (frame !== undefined && isBesidePicture(body, view, frame)) continue;
    poseBody(boxes, body, { scene, view, atmosphere });
    const { shadowRadius } = modelOf(body).model;
    if (body.deathTicks < fallTicks) shadows.push({ x: body.x, y: body.y, z: body.z, radius: shadowRadius });
  }
  return { boxes, shadows };
}

function isTooFar(body: Body, view: View, reach: number): boolean {
  const dx = body.x - view.originX;
  const dy = body.y - view.originY;
  const dz = body.z - view.originZ;
  return dx * dx + dy * dy + dz * dz > reach * reach;
}

/** Lift of items that bob and rounding, metres. */
const spareReach = 0.25;

/** Whether the sphere round the body lies wholly outside one of the picture's edges. */
function isBesidePicture(body: Body, view: View, frame: FrameBuffer): boolean {
  const dx = body.x - view.originX;
  const dy = body.y - view.originY;
  const dz = body.z - view.originZ;
  const depth = dx * view.forwardX + dy * view.forwardY + dz * view.forwardZ;
  const across = Math.abs(dx * view.rightX + dz * view.rightZ);
  const down = Math.abs(dx * view.downX + dy * view.downY + dz * view.downZ);
  const { model, reach } = modelOf(body);
  const radius = Math.max(reach, model.shadowRadius + shadowReach) + spareReach;
  return (
    isBeyondEdge(across, depth, { slope: frame.width / 2 / frame.focal, radius }) ||
    isBeyondEdge(down, depth, { slope: frame.height / 2 / frame.focal, radius })
  );
}

/** Distance to the plane through the camera and the picture's edge. */
function isBeyondEdge(
  aside: number,
  depth: number,
  { slope, radius }: { readonly slope: number; readonly radius: number },
): boolean {
  return depth < -radius || (aside - slope * depth) / Math.sqrt(1 + slope * slope) > radius;
}

interface PoseContext {
  readonly scene: Scene;
  readonly view: View;
  readonly atmosphere: Atmosphere;
}

function poseBody(boxes: PosedBox[], body: Body, { scene, view, atmosphere }: PoseContext): void {
  const { model, boxes: painted } = modelOf(body);
  const pose = model.pose(body);
  const place = placeOf(body, view);
  const light = lightOn(body, scene, atmosphere);
  const transforms = new Map<string, Transform>();
  for (const box of painted) {
    let transform = transforms.get(box.bone);
    if (transform === undefined) {
      const turn = pose[box.bone] ?? {};
      const [x, y, z] = model.bones[box.bone] ?? [0, 0, 0];
      const scale = model.metresPerTexel;
      transform = chained(place, turned(turn, [x * scale, (y + (turn.lift ?? 0)) * scale, z * scale]));
      transforms.set(box.bone, transform);
    }
    boxes.push(new PosedBox({ id: body.id, box, transform, view, light }));
  }
}

/** Where a body stands and looks; dying ones fall on their side, items bob and face the camera. */
function placeOf(body: Body, view: View): Transform {
  if (body.kind === "item") {
    const bob = 0.06 + 0.05 * sin(body.age * 0.1);
    return turned({ yaw: atan2(view.forwardX, -view.forwardZ) }, [body.x, body.y + bob, body.z]);
  }
  const fall = Math.min(1, Math.sqrt((1.6 * Math.max(0, body.deathTicks)) / fallTicks));
  return turned({ yaw: body.bodyYaw * degreesToRadians, roll: quarterTurn * fall }, [body.x, body.y, body.z]);
}

/** Shade under trees and overhangs, brighter than the ground at night, red after a hit and when dying. */
function lightOn(body: Body, { grid }: Scene, { tint, shadow }: Atmosphere): readonly [number, number, number] {
  const x = Math.floor(body.x);
  const z = Math.floor(body.z);
  const top = grid.isInside(x, 0, z) ? (grid.columns.packed[x + grid.sizeX * z] ?? 0) >> 16 : 0;
  const shade = top > body.y + 1.5 ? (1 + shadow) / 2 : 1;
  const hurt = body.hurtTicks > 0 || body.deathTicks > 0;
  const [red, green, blue] = tint.map((channel) => Math.max(leastLight, channel * shade)) as [number, number, number];
  return hurt ? [Math.max(0.6, red) * 1.35, green * 0.45, blue * 0.45] : [red, green, blue];
}
