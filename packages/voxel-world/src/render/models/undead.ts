// The models of zombie, zombie pigman and enderman: two legs, two arms. Knows nothing about their behaviour.
import { hex } from "../color.js";
import type { Body } from "../../world/scene.js";
import { look, stride, sway, tremble, walk } from "./motion.js";
import type { BoxPainter, Model, ModelBox, Pose, Triple } from "./model.js";
import { drawn, patches, skin, split } from "./skins.js";

const quarterTurn = 1.5707963267948966;

interface Outfit {
  readonly head: BoxPainter;
  readonly torso: BoxPainter;
  readonly arm: BoxPainter;
  readonly leg: BoxPainter;
}

const humanBones: Readonly<Record<string, Triple>> = {
  body: [0, 12, 0],
  head: [0, 24, 0],
  leftArm: [6, 22, 0],
  rightArm: [-6, 22, 0],
  leftLeg: [2, 12, 0],
  rightLeg: [-2, 12, 0],
};

function humanBoxes({ head, torso, arm, leg }: Outfit): readonly ModelBox[] {
  return [
    { bone: "body", size: [8, 12, 4], at: [-4, 0, -2], paint: torso },
    { bone: "head", size: [8, 8, 8], at: [-4, 0, -4], paint: head },
    { bone: "leftArm", size: [4, 12, 4], at: [-2, -10, -2], paint: arm },
    { bone: "rightArm", size: [4, 12, 4], at: [-2, -10, -2], paint: arm },
    { bone: "leftLeg", size: [4, 12, 4], at: [-2, -12, -2], paint: leg },
    { bone: "rightLeg", size: [4, 12, 4], at: [-2, -12, -2], paint: leg },
  ];
}

/** Arms stretched forward; higher when it attacks. */
function reachingPose(body: Body): Pose {
  const raise = -quarterTurn * (body.aggressive ? 1.12 : 0.88) + sway(body);
  return { ...walk(body, 1.1), leftArm: { pitch: raise, yaw: 0.08 }, rightArm: { pitch: raise, yaw: -0.08 } };
}

/** Green skin, cyan shirt, blue trousers, arms stretched forward. */
export function zombieModel(): Model {
  const green = skin(hex("#5c8f4a"), 51, 0.14);
  const shirt = skin(hex("#16a0a0"), 52, 0.14);
  const hair = hex("#3f6b34");
  const face = drawn(
    green,
    { h: hair, k: hex("#0d140b"), n: hex("#3d6432"), m: hex("#2c4524") },
    {
      front: ["hhhhhhhh", "h......h", "........", ".kk..kk.", ".kk..kk.", "...nn...", "..mmmm..", "........"],
      top: Array.from({ length: 8 }, () => "hhhhhhhh"),
      back: ["hhhhhhhh", "hhhhhhhh", "h.hhhh.h"],
      left: ["hhhhhhhh", "hh......"],
      right: ["hhhhhhhh", "......hh"],
    },
  );
  return {
    metresPerTexel: 0.0605,
    shadowRadius: 0.45,
    bones: humanBones,
    boxes: humanBoxes({
      head: face,
      torso: split(shirt, skin(hex("#3b3a94"), 53, 0.12), 11),
      arm: split(shirt, green, 5),
      leg: split(skin(hex("#3f3d9c"), 54, 0.14), skin(hex("#4a4a52"), 55), 10),
    }),
    pose: reachingPose,
  };
}

/** Pink with rotten green patches, a brown cloth, a gold sword in the right hand. */
export function zombiePigmanModel(): Model {
  const pink = hex("#e7969b");
  const rot = hex("#5f8a45");
  const flesh = patches(pink, rot, { seed: 64, share: 0.33 });
  const face = drawn(patches(pink, rot, { seed: 62, share: 0.3 }), pigmanLetters, {
    front: ["..ggg...", "gggg....", "ggg.....", "wkg..kw.", "gg......", "........", "........", "........"],
    left: ["....bbbb", "...bbbbb", "....bbbb", "...bb.bb"],
  });
  const snout = drawn(skin(hex("#d27a82"), 63, 0.05), pigmanLetters, { front: ["....", "k..k", "...."] });
  const cloth = split(skin(hex("#6d4a2c"), 66, 0.14), flesh, 5);
  const gold = skin(hex("#fbdc3c"), 65, 0.16);
  return {
    metresPerTexel: 0.0605,
    shadowRadius: 0.45,
    bones: humanBones,
    boxes: [
      ...humanBoxes({ head: face, torso: split(flesh, skin(hex("#6d4a2c"), 66, 0.14), 8), arm: flesh, leg: cloth }),
      { bone: "head", size: [4, 3, 1], at: [-2, 1, 4], paint: snout },
      { bone: "rightArm", size: [1, 1, 4], at: [-0.5, -9.5, -1], paint: skin(hex("#6b4a22"), 67) },
      { bone: "rightArm", size: [1, 5, 1], at: [-0.5, -11.5, 3], paint: gold },
      { bone: "rightArm", size: [1, 2, 12], at: [-0.5, -10, 4], paint: gold },
    ],
    pose: (body) => (body.aggressive ? reachingPose(body) : strollingPose(body)),
  };
}

const pigmanLetters = { k: hex("#1a0d0d"), w: hex("#f2efe8"), g: hex("#5f8a45"), b: hex("#cfc7a6") };

function strollingPose(body: Body): Pose {
  return {
    ...walk(body),
    leftArm: { pitch: stride(body, 1, 0.8), roll: sway(body) },
    rightArm: { pitch: stride(body, 0, 0.8) - 0.25, roll: -sway(body) },
  };
}

/** Tall, black, long limbs, glowing purple eyes; when it is angry its mouth opens and it shakes. */
export function endermanModel(): Model {
  const black = skin(hex("#1d1922"), 71, 0.22);
  const eyes = { p: { glow: hex("#cc3ce8") }, l: { glow: hex("#f4b8ff") } };
  const face = drawn(black, eyes, { front: ["........", "........", "........", "plp..plp", "........"] });
  const limb: Pick<ModelBox, "size" | "paint"> = { size: [2, 28, 2], paint: black };
  return {
    metresPerTexel: 0.0625,
    shadowRadius: 0.45,
    bones: {
      body: [0, 28, 0],
      head: [0, 39, 0],
      jaw: [0, 39, 0],
      leftArm: [5, 38, 0],
      rightArm: [-5, 38, 0],
      leftLeg: [2, 28, 0],
      rightLeg: [-2, 28, 0],
    },
    boxes: [
      { bone: "body", size: [8, 11, 4], at: [-4, 0, -2], paint: black },
      { bone: "head", size: [8, 5, 8], at: [-4, 2, -4], paint: face },
      { bone: "jaw", size: [8, 2, 8], at: [-4, 0, -4], paint: black },
      { bone: "leftArm", ...limb, at: [-1, -27, -1] },
      { bone: "rightArm", ...limb, at: [-1, -27, -1] },
      { bone: "leftLeg", ...limb, at: [-1, -28, -1] },
      { bone: "rightLeg", ...limb, at: [-1, -28, -1] },
    ],
    pose: endermanPose,
  };
}

function endermanPose(body: Body): Pose {
  const shake = body.aggressive ? 0.06 * tremble(body) : 0;
  const raise = body.aggressive ? -0.45 : 0;
  const head = look(body);
  return {
    ...walk(body, 0.6),
    head: { ...head, roll: shake, lift: body.aggressive ? 2.2 : 0 },
    jaw: { ...head, roll: shake, lift: body.aggressive ? -0.8 : 0 },
    leftArm: { pitch: stride(body, 1, 0.5) + raise, roll: sway(body) },
    rightArm: { pitch: stride(body, 0, 0.5) + raise, roll: -sway(body) },
  };
}
