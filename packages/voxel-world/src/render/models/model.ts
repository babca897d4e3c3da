// What a box model is: bones that turn about pivots, and textured boxes that hang on them.
// Knows nothing about cameras, light or any particular mob.
import type { Body } from "../../world/scene.js";
import type { Rgb } from "../color.js";

/** Model space: x to the mob's left, y up, z forward, from its feet centre, in texels of `metresPerTexel`. */
export type Triple = readonly [x: number, y: number, z: number];

export type BoxSide = "left" | "right" | "top" | "bottom" | "front" | "back";
/** In the order of the faces +x, −x, +y, −y, +z, −z. */
export const boxSides: readonly BoxSide[] = ["left", "right", "top", "bottom", "front", "back"];

/** A texel of a box: column `u` and row `v` from the upper left as seen from outside, of `width` × `height`. */
export interface BoxTexel {
  readonly side: BoxSide;
  readonly u: number;
  readonly v: number;
  readonly width: number;
  readonly height: number;
}

/** A colour; "clear" lets the ray pass; `glow` shines by itself in the dark. */
export type Paint = Rgb | "clear" | { readonly glow: Rgb };
export type BoxPainter = (texel: BoxTexel) => Paint;

export interface ModelBox {
  readonly bone: string;
  /** Whole texels. */
  readonly size: Triple;
  /** Lowest corner, relative to the bone's pivot. */
  readonly at: Triple;
  /** Grown by this much on every side, without more texels. */
  readonly inflate?: number;
  readonly paint: BoxPainter;
}

/** A bone's turn in radians: pitch (positive looks down), yaw (positive turns right), roll; and its lift in texels. */
export interface BoneTurn {
  readonly pitch?: number;
  readonly yaw?: number;
  readonly roll?: number;
  readonly lift?: number;
}

export type Pose = Readonly<Record<string, BoneTurn | undefined>>;

export interface Model {
  readonly metresPerTexel: number;
  /** Pivots by bone. */
  readonly bones: Readonly<Record<string, Triple>>;
  readonly boxes: readonly ModelBox[];
  /** Radius of the blob of shadow on the ground, metres. */
  readonly shadowRadius: number;
  /** How the bones are turned; bones left out are at rest. */
  pose(body: Body): Pose;
}
