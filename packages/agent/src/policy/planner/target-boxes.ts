// Finds the quarry in a picture by the environment's own masks: what a detector does for a robot.
// Knows nothing about questions. Privileged: real players have no masks.
import { type Observation, type SpaceRecord, isNdArray } from "@dsr/env-bridge/contract";
import type { Quarry } from "./quarry.js";

/** A box in pixels, corners inside the object, and the size of the picture. */
export interface TargetBox {
  readonly id: number;
  readonly kind: string;
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number];
  readonly width: number;
  readonly height: number;
}

/** Boxes of everything in sight that the quarry is or gives; items first, then the largest. */
export function targetBoxes({ segmentation, entities }: Observation, quarry: Quarry): readonly TargetBox[] {
  if (!isNdArray(segmentation) || !Array.isArray(entities)) return [];
  const kinds = [`item:${quarry.item}`, quarry.name.replaceAll(" ", "_")];
  const wanted = new Map<number, string>();
  for (const entity of entities as readonly SpaceRecord[]) {
    const kind = String(entity["kind"]);
    if (kinds.includes(kind) && entity["dead"] !== 1) wanted.set(Number(entity["id"]), kind);
  }
  const [height = 0, width = 0] = segmentation.shape;
  const boxes = boxesOf(segmentation.data, width, wanted);
  const found = [...boxes].map(([id, box]) => ({ id, kind: wanted.get(id) ?? "", box, width, height }));
  return found.sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || areaOf(b) - areaOf(a));
}

function areaOf({ box: [x1, y1, x2, y2] }: TargetBox): number {
  return (x2 - x1 + 1) * (y2 - y1 + 1);
}

function boxesOf(
  ids: ArrayLike<number | bigint>,
  width: number,
  wanted: ReadonlyMap<number, string>,
): ReadonlyMap<number, TargetBox["box"]> {
  const boxes = new Map<number, TargetBox["box"]>();
  for (let at = 0; at < ids.length; at++) {
    const id = Number(ids[at]);
    if (!wanted.has(id)) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    const [x1, y1, x2, y2] = boxes.get(id) ?? [x, y, x, y];
    boxes.set(id, [Math.min(x1, x), Math.min(y1, y), Math.max(x2, x), Math.max(y2, y)]);
  }
  return boxes;
}
