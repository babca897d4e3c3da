// Finds the model of a body and paints its boxes once. Knows nothing about cameras or light.
import type { Body } from "../../world/scene.js";
import type { MobKind } from "../../world/mob-kinds.js";
import { pack } from "../color.js";
import { chickenModel, cowModel, pigModel, sheepModel } from "./farm-animals.js";
import { itemModel } from "./items.js";
import { type BoxSide, type Model, type ModelBox, type Paint, boxSides } from "./model.js";
import { spiderModel } from "./spider.js";
import { endermanModel, zombieModel, zombiePigmanModel } from "./undead.js";

/** Flags of a painted texel above its 24 bits of colour; 0 is clear. */
export const opaqueFlag = 1 << 24;
export const glowFlag = 1 << 25;

/** A box ready to be posed; lengths in metres. */
export interface PaintedBox {
  readonly bone: string;
  readonly low: readonly [number, number, number];
  readonly high: readonly [number, number, number];
  /** Texels along x, y and z. */
  readonly size: readonly [number, number, number];
  /** Colours with flags, face by face (+x, −x, +y, −y, +z, −z), each in row order. */
  readonly texels: Int32Array;
}

export interface PaintedModel {
  readonly model: Model;
  readonly boxes: readonly PaintedBox[];
  /** No part is farther than this from the feet's centre in any pose, metres. */
  readonly reach: number;
}

const modelMakers: Readonly<Record<MobKind, () => Model>> = {
  cow: cowModel,
  sheep: () => sheepModel(false),
  pig: pigModel,
  chicken: chickenModel,
  zombie: zombieModel,
  spider: spiderModel,
  zombie_pigman: zombiePigmanModel,
  enderman: endermanModel,
};

const painted = new Map<string, PaintedModel>();

/** The painted model of a body, made at first use. */
export function modelOf(body: Body): PaintedModel {
  const key = modelKey(body);
  const known = painted.get(key);
  if (known !== undefined) return known;
  const model = makeModel(body);
  const boxes = model.boxes.map((box) => paintBox(model, box));
  const made = { model, boxes, reach: Math.max(...boxes.map((box) => reachOf(model, box))) };
  painted.set(key, made);
  return made;
}

function modelKey(body: Body): string {
  if (body.kind === "item") return `item ${body.item ?? ""}`;
  return body.kind === "sheep" && body.sheared ? "sheared sheep" : body.kind;
}

function makeModel(body: Body): Model {
  if (body.kind === "item") return itemModel(body.item ?? "");
  return body.kind === "sheep" ? sheepModel(body.sheared) : modelMakers[body.kind]();
}

function paintBox({ metresPerTexel }: Model, { bone, size, at, inflate = 0, paint }: ModelBox): PaintedBox {
  const texels = boxSides.flatMap((side) => {
    const [width, height] = sideSize(size, side);
    return Array.from({ length: width * height }, (_, i) => {
      return packPaint(paint({ side, u: i % width, v: Math.floor(i / width), width, height }));
    });
  });
  const [x, y, z] = at;
  const [w, h, d] = size;
  const low = [x - inflate, y - inflate, z - inflate] as const;
  const high = [x + w + inflate, y + h + inflate, z + d + inflate] as const;
  return {
    bone,
    size,
    low: [low[0] * metresPerTexel, low[1] * metresPerTexel, low[2] * metresPerTexel],
    high: [high[0] * metresPerTexel, high[1] * metresPerTexel, high[2] * metresPerTexel],
    texels: Int32Array.from(texels),
  };
}

/** Longest lift of a bone that any pose has, texels. */
const longestLift = 4;

/** The way from the feet to the box's bone, and on to its farthest corner. */
function reachOf({ bones, metresPerTexel }: Model, { bone, low, high }: PaintedBox): number {
  const [x, y, z] = bones[bone] ?? [0, 0, 0];
  const pivot = Math.sqrt(x * x + y * y + z * z) + longestLift;
  let square = 0;
  for (const axis of [0, 1, 2] as const) {
    const far = Math.max(Math.abs(low[axis]), Math.abs(high[axis]));
    square += far * far;
  }
  return pivot * metresPerTexel + Math.sqrt(square);
}

function sideSize([x, y, z]: readonly [number, number, number], side: BoxSide): readonly [number, number] {
  if (side === "left" || side === "right") return [z, y];
  return side === "top" || side === "bottom" ? [x, z] : [x, y];
}

function packPaint(paint: Paint): number {
  if (paint === "clear") return 0;
  if ("glow" in paint) return pack(...paint.glow) | opaqueFlag | glowFlag;
  return pack(...paint) | opaqueFlag;
}
