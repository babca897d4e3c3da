import fc from "fast-check";
import { expect, test } from "vitest";
import { binDegrees, decodeMinedojoAction, encodeMinedojoAction } from "../contract/action-spaces/minedojo.js";
import { minedojoCraftItemNames } from "../contract/action-spaces/minedojo-craft-items.js";
import { type MinerlAction, isMinerlNoop, minerlNoop } from "../contract/action-spaces/minerl.js";
import { CameraResidual, wrapTurn } from "./camera-residual.js";
import { minedojoToMinerl } from "./minedojo-to-minerl.js";
import { MinerlToMinedojo, craftIndexOf } from "./minerl-to-minedojo.js";

const turn = fc.double({ min: -180, max: 180, noNaN: true });
const intervals = fc.constantFrom(15, 10, 5, 1.5, 0.5, 60);

test("the mapped camera stays within half a bin of the human's at every step", () => {
  fc.assert(
    fc.property(intervals, fc.array(fc.tuple(turn, turn), { maxLength: 200 }), (cameraInterval, turns) => {
      const mapper = new MinerlToMinedojo({ cameraInterval });
      let [humanPitch, humanYaw, mappedPitch, mappedYaw] = [0, 0, 0, 0];
      for (const [pitch, yaw] of turns) {
        const { action } = mapper.map({ ...minerlNoop, pitch, yaw });
        humanPitch += pitch;
        humanYaw += yaw;
        mappedPitch += binDegrees(action[3] ?? 0, cameraInterval);
        mappedYaw += binDegrees(action[4] ?? 0, cameraInterval);
        // 1e-9: the sums above round too
        expect(Math.abs(humanPitch - mappedPitch)).toBeLessThanOrEqual(cameraInterval / 2 + 1e-9);
        expect(Math.abs(humanYaw - mappedYaw)).toBeLessThanOrEqual(cameraInterval / 2 + 1e-9);
      }
    }),
  );
});

test("turns beyond half a circle are the same direction by the shorter way", () => {
  fc.assert(
    fc.property(fc.double({ min: -3600, max: 3600, noNaN: true }), (degrees) => {
      const wrapped = wrapTurn(degrees);
      expect(Math.abs(wrapped)).toBeLessThanOrEqual(180);
      const circles = (degrees - wrapped) / 360;
      expect(Math.abs(circles - Math.round(circles))).toBeLessThan(1e-9);
    }),
  );
  const mapper = new MinerlToMinedojo();
  expect(binDegrees(mapper.map({ ...minerlNoop, yaw: 350 }).action[4] ?? 0)).toBe(-15);
});

test("small motions that rounding alone would lose survive", () => {
  const mapper = new MinerlToMinedojo();
  const bins = Array.from({ length: 100 }, () => binDegrees(mapper.map({ ...minerlNoop, yaw: 1.6 }).action[4] ?? 0));
  expect(bins.reduce((sum, degrees) => sum + degrees, 0)).toBe(165);
  expect(mapper.residual.yaw).toBeCloseTo(-5, 9);
  mapper.reset();
  expect(mapper.residual).toEqual({ pitch: 0, yaw: 0 });
});

test("with a known pitch, motion against the stop is not counted", () => {
  const mapper = new MinerlToMinedojo({ initialPitch: 80 });
  const pitches = [40, 40, -30].map((pitch) => binDegrees(mapper.map({ ...minerlNoop, pitch }).action[3] ?? 0));
  // 80 → 90 → 90 → 60: turns of 10, 0 and −30
  expect(pitches.reduce((sum, degrees) => sum + degrees, 0)).toBe(-15);
  expect(mapper.residual.pitch).toBeCloseTo(-5, 9);
});

const key = fc.boolean();
const anyMinerl: fc.Arbitrary<MinerlAction> = fc.record({
  forward: key,
  back: key,
  left: key,
  right: key,
  jump: key,
  sneak: key,
  sprint: key,
  attack: key,
  use: key,
  drop: key,
  inventory: key,
  place: fc.constantFrom("none", "dirt", "furnace"),
  equip: fc.constantFrom("none", "iron_sword", "unknown"),
  craft: fc.constantFrom("none", "planks", "no such thing"),
  nearbyCraft: fc.constantFrom("none", "furnace"),
  nearbySmelt: fc.constantFrom("none", "cooked_beef", "coal"),
  pitch: turn,
  yaw: turn,
  hotbar: fc.integer({ min: 0, max: 9 }),
});
const slots: Readonly<Record<string, number>> = { dirt: 3, furnace: 4, iron_sword: 0 };

test("any MineRL action maps to a legal one; a function is either taken or reported as lost", () => {
  fc.assert(
    fc.property(anyMinerl, (source) => {
      const { action, lost } = new MinerlToMinedojo({ slotOf: (item) => slots[item] }).map(source);
      const mapped = decodeMinedojoAction(action);
      expect(mapped.forward).toBe(source.forward && !source.back);
      expect(mapped.back).toBe(source.back && !source.forward);
      expect(mapped.left).toBe(source.left && !source.right);
      expect(mapped.right).toBe(source.right && !source.left);
      expect(mapped.jump).toBe(source.jump);
      expect(mapped.sneak).toBe(!source.jump && source.sneak && !source.sprint);
      expect(mapped.sprint).toBe(!source.jump && source.sprint && !source.sneak);
      if (source.attack) expect(mapped.function).toBe("attack");
      else if (source.use) expect(mapped.function).toBe("use");
      const asked = [source.attack, source.use, source.drop, source.inventory, source.hotbar > 0].filter(
        Boolean,
      ).length;
      const items = ["place", "equip", "craft", "nearbyCraft", "nearbySmelt"] as const;
      const askedItems = items.filter((name) => source[name] !== "none").length;
      const movementLost = lost.filter((name) => /^(forward\+back|left\+right|sneak|sprint|sneak\+sprint)$/.test(name));
      const functionsLost = lost.length - movementLost.length;
      expect(asked + askedItems).toBe(functionsLost + (mapped.function === "none" ? 0 : 1));
    }),
  );
});

test("MineDojo → MineRL → MineDojo gives the same action back, but for destroy", () => {
  const items = ["dirt", "furnace", "iron_sword"];
  const legal = fc.tuple(
    fc.integer({ min: 0, max: 2 }),
    fc.integer({ min: 0, max: 2 }),
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 0, max: 24 }),
    fc.integer({ min: 0, max: 24 }),
    fc.integer({ min: 0, max: 6 }),
    fc.integer({ min: 0, max: 243 }),
    fc.integer({ min: 0, max: 2 }),
  );
  fc.assert(
    fc.property(legal, (action) => {
      const there = minedojoToMinerl(action, { itemIn: (slot) => items[slot] });
      const back = new MinerlToMinedojo({ slotOf: (item) => items.indexOf(item) }).map(there.action);
      const source = decodeMinedojoAction(action);
      const craftItem = source.function === "craft" ? source.craftItem : 0;
      const slot = source.function === "equip" || source.function === "place" ? source.slot : 0;
      expect(back.action).toEqual(encodeMinedojoAction({ ...source, craftItem, slot }));
      expect([...there.lost, ...back.lost]).toEqual([]);
    }),
  );
});

test("destroy and unknown slots are lost, and said", () => {
  expect(minedojoToMinerl([0, 0, 0, 12, 12, 7, 0, 0])).toEqual({ action: minerlNoop, lost: ["destroy"] });
  expect(minedojoToMinerl([1, 0, 0, 12, 12, 5, 0, 9]).lost).toEqual(["equip"]);
  expect(isMinerlNoop(minedojoToMinerl([0, 0, 0, 12, 12, 0, 5, 5]).action)).toBe(true);
});

test("craft indices tell crafted from smelted items", () => {
  expect(minedojoCraftItemNames[craftIndexOf("cooked_beef", true) ?? -1]).toBe("cooked_beef");
  expect(craftIndexOf("cooked_beef", false)).toBeUndefined();
  expect(craftIndexOf("planks", false)).toBe(minedojoCraftItemNames.indexOf("planks"));
  expect(craftIndexOf("no such thing", true)).toBeUndefined();
});

test("residuals of an interval that does not divide the limit stay bounded", () => {
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 100 }), (turns) => {
      const residual = new CameraResidual({ cameraInterval: 15, limit: 180 });
      for (const degrees of turns) {
        residual.quantize(degrees);
        expect(Math.abs(residual.residual)).toBeLessThanOrEqual(7.5);
      }
    }),
  );
});
