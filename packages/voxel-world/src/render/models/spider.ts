// The model of the spider: eight legs and red eyes. Knows nothing about its behaviour.
import { cos, sin } from "../../math/trigonometry.js";
import type { Body } from "../../world/scene.js";
import { hex } from "../color.js";
import { look } from "./motion.js";
import type { BoneTurn, Model, ModelBox, Triple } from "./model.js";
import { drawn, patches, skin } from "./skins.js";

/** How far the four legs of a side point forward (radians) and hang down. */
const spreads = [0.8, 0.28, -0.28, -0.8] as const;
const droop = 0.56;

/** Dark brown, low and wide, a fat abdomen, glowing red eyes. */
export function spiderModel(): Model {
  const hair = patches(hex("#463a33"), hex("#2b231f"), { seed: 81, share: 0.45 });
  const eyes = { r: { glow: hex("#d61a1a") }, d: { glow: hex("#8c0c0c") } };
  const face = drawn(skin(hex("#3c322c"), 82, 0.2), eyes, {
    front: ["........", "..d..d..", "........", "rr.rr.rr", "rr.rr.rr", "..d..d..", "........", "........"],
  });
  return {
    metresPerTexel: 0.054,
    shadowRadius: 0.75,
    bones: { body: [0, 9, 0], head: [0, 9, 3], ...legPivots() },
    boxes: [
      { bone: "body", size: [6, 6, 6], at: [-3, -3, -3], paint: hair },
      { bone: "body", size: [10, 8, 12], at: [-5, -4, -14], paint: hair },
      { bone: "head", size: [8, 8, 8], at: [-4, -4, 0], paint: face },
      ...legBoxes(),
    ],
    pose: (body) => ({ head: look(body), ...legTurns(body) }),
  };
}

function legPivots(): Record<string, Triple> {
  return Object.fromEntries(
    spreads.flatMap((_, i) => [
      [`left${i}`, [3, 9, 2 - 1.4 * i]],
      [`right${i}`, [-3, 9, 2 - 1.4 * i]],
    ]),
  );
}

function legBoxes(): readonly ModelBox[] {
  const paint = patches(hex("#4a3d35"), hex("#2e2622"), { seed: 83, share: 0.4 });
  return spreads.flatMap((_, i) => [
    { bone: `left${i}`, size: [16, 2, 2], at: [0, -1, -1], paint },
    { bone: `right${i}`, size: [16, 2, 2], at: [-16, -1, -1], paint },
  ]);
}

function legTurns(body: Body): Record<string, BoneTurn> {
  return Object.fromEntries(
    spreads.flatMap((spread, i) => {
      const phase = body.limbSwing * 1.3324 + i * 1.5707963267948966;
      const step = 0.4 * body.limbSwingAmount * cos(phase);
      const lift = 0.4 * body.limbSwingAmount * Math.abs(sin(phase));
      return [
        [`left${i}`, { yaw: spread + step, roll: lift - droop }],
        [`right${i}`, { yaw: step - spread, roll: droop - lift }],
      ];
    }),
  );
}
