// The models of cow, sheep, pig and chicken. Knows nothing about their behaviour.
import { sin } from "../../math/trigonometry.js";
import { hex } from "../color.js";
import { trot, walk } from "./motion.js";
import type { BoxPainter, Model, ModelBox, Triple } from "./model.js";
import { drawn, patches, skin, split, woolly } from "./skins.js";

const black = hex("#141210");
const white = hex("#f4f2ee");

const legBones = ["frontLeft", "frontRight", "backLeft", "backRight"] as const;

function legPivots(x: number, y: number, z: number): Record<(typeof legBones)[number], Triple> {
  return { frontLeft: [x, y, z], frontRight: [-x, y, z], backLeft: [x, y, -z], backRight: [-x, y, -z] };
}

/** The same leg under every leg bone, hanging from its pivot. */
function legs([width, height, depth]: Triple, paint: BoxPainter, inflate = 0): readonly ModelBox[] {
  return legBones.map((bone) => ({
    bone,
    size: [width, height, depth],
    at: [-width / 2, -height, -depth / 2],
    inflate,
    paint,
  }));
}

/** Brown with white patches, a pale muzzle, horns and an udder. */
export function cowModel(): Model {
  const brown = hex("#4f3626");
  const hide = patches(brown, hex("#dcd8d2"), { seed: 3, share: 0.36 });
  const face = drawn(
    skin(brown, 5),
    { w: hex("#e4e0da"), k: black, e: white, p: hex("#c9a79a"), n: hex("#6b4d42") },
    {
      front: ["...ww...", "...ww...", "ek.ww.ke", "...ww...", "..wwww..", ".pppppp.", ".pnppnp.", ".pppppp."],
    },
  );
  const horn = skin(hex("#cfc8b4"), 7);
  return {
    metresPerTexel: 0.056,
    shadowRadius: 0.6,
    bones: { body: [0, 12, 0], head: [0, 20, 7], ...legPivots(3.9, 12, 5.9) },
    boxes: [
      { bone: "body", size: [12, 10, 16], at: [-6, 0, -8], paint: hide },
      { bone: "body", size: [4, 1, 6], at: [-2, -1, -7], paint: skin(hex("#e8b0a8"), 8) },
      { bone: "head", size: [8, 8, 6], at: [-4, -4, 0], paint: face },
      { bone: "head", size: [1, 3, 1], at: [4, 2, 2], paint: horn },
      { bone: "head", size: [1, 3, 1], at: [-5, 2, 2], paint: horn },
      ...legs([4, 12, 4], split(patches(brown, hex("#dcd8d2"), { seed: 9, share: 0.2 }), skin(hex("#3a2a20"), 4), 10)),
    ],
    pose: trot,
  };
}

/** A white fleece round a beige face; without its wool a thin beige body. */
export function sheepModel(sheared: boolean): Model {
  const bare = skin(hex("#c9a98f"), 21);
  const wool = woolly(hex("#fffefa"), 22);
  const face = drawn(
    bare,
    { k: black, e: white, n: hex("#e2a4a0"), w: hex("#e9e8e2") },
    {
      front: sheared
        ? ["......", "......", "ek..ke", "......", "..nn..", "..nn.."]
        : ["wwwwww", "w....w", "ek..ke", "......", "..nn..", "..nn.."],
    },
  );
  const fleece: readonly ModelBox[] = [
    { bone: "body", size: [12, 10, 16], at: [-6, -1.5, -8], paint: wool },
    { bone: "head", size: [7, 7, 5], at: [-3.5, -2.4, -0.4], paint: wool },
    ...legs([4, 6, 4], wool, 0.5),
  ];
  return {
    metresPerTexel: 0.0565,
    shadowRadius: 0.6,
    bones: { body: [0, 12, 0], head: [0, 18, 6.5], ...legPivots(2.9, 12, 5) },
    boxes: [
      { bone: "body", size: [8, 7, 15], at: [-4, 0, -7.5], paint: bare },
      { bone: "head", size: [6, 6, 7], at: [-3, -2, -1], paint: face },
      ...legs([3, 12, 3], split(bare, skin(hex("#8a7466"), 23), 9)),
      ...(sheared ? [] : fleece),
    ],
    pose: trot,
  };
}

/** Pink, low, with a snout. */
export function pigModel(): Model {
  const pink = skin(hex("#eea2a4"), 31, 0.06);
  const face = drawn(
    pink,
    { k: black, e: white },
    {
      front: ["........", "........", "........", "ke....ek", "........", "........", "........", "........"],
    },
  );
  const snout = drawn(skin(hex("#d97f84"), 32, 0.05), { k: hex("#7c3a40") }, { front: ["....", "k..k", "...."] });
  return {
    metresPerTexel: 0.06,
    shadowRadius: 0.55,
    bones: { body: [0, 6, 0], head: [0, 11, 5], ...legPivots(2.9, 6, 5) },
    boxes: [
      { bone: "body", size: [10, 8, 15], at: [-5, 0, -7.5], paint: pink },
      { bone: "head", size: [8, 8, 7], at: [-4, -4, 0], paint: face },
      { bone: "head", size: [4, 3, 1], at: [-2, -3, 7], paint: snout },
      ...legs([4, 6, 4], split(pink, skin(hex("#b9787a"), 33), 5)),
    ],
    pose: trot,
  };
}

/** White, with a yellow beak and legs and a red wattle. */
export function chickenModel(): Model {
  const feathers = woolly(hex("#f6f5f1"), 41);
  const face = drawn(
    feathers,
    { k: black },
    { left: ["...", ".k.", "...", "...", "..."], right: ["...", ".k.", "...", "...", "..."] },
  );
  const yellow = skin(hex("#e8a827"), 42);
  const leg: Pick<ModelBox, "size" | "at" | "paint"> = { size: [1, 5, 1], at: [-0.5, -5, -0.5], paint: yellow };
  const foot: Pick<ModelBox, "size" | "at" | "paint"> = { size: [2, 1, 2], at: [-1, -5, -0.5], paint: yellow };
  return {
    metresPerTexel: 0.05,
    shadowRadius: 0.28,
    bones: {
      body: [0, 5, 0],
      head: [0, 9, 3],
      leftWing: [3, 10, 0],
      rightWing: [-3, 10, 0],
      leftLeg: [1.5, 5, 0],
      rightLeg: [-1.5, 5, 0],
    },
    boxes: [
      { bone: "body", size: [6, 6, 8], at: [-3, 0, -4], paint: feathers },
      { bone: "body", size: [4, 3, 2], at: [-2, 4, -5.5], paint: feathers },
      { bone: "head", size: [4, 5, 3], at: [-2, 0, -0.5], paint: face },
      { bone: "head", size: [4, 2, 2], at: [-2, 2, 2.5], paint: skin(hex("#e5972a"), 43) },
      { bone: "head", size: [2, 2, 1], at: [-1, 0, 2.5], paint: skin(hex("#c6261e"), 44) },
      { bone: "leftWing", size: [1, 4, 6], at: [0, -4, -3], paint: woolly(hex("#e6e4de"), 45) },
      { bone: "rightWing", size: [1, 4, 6], at: [-1, -4, -3], paint: woolly(hex("#e6e4de"), 45) },
      { bone: "leftLeg", ...leg },
      { bone: "rightLeg", ...leg },
      { bone: "leftLeg", ...foot },
      { bone: "rightLeg", ...foot },
    ],
    pose: (body) => {
      const flap = 0.08 + 0.7 * body.limbSwingAmount * Math.abs(sin(body.age * 0.8));
      return { ...walk(body, 1.1), leftWing: { roll: flap }, rightWing: { roll: -flap } };
    },
  };
}
