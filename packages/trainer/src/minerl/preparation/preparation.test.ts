import { decodeMinedojoAction, encodeMinedojoAction } from "@dsr/env-bridge/contract";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inventedDemonstration } from "../testing.js";
import { cameraTurns, muLawTurns } from "./camera-turns.js";
import { actionHistogram, classWeights, isMeaningful } from "./class-weights.js";
import { mergeActions } from "./merge-actions.js";
import { nullRules, prepareActions } from "./prepare-actions.js";
import { minerlNoop } from "@dsr/env-bridge/contract";

/** A hand that moves by little and often, and rests. */
const turn = fc.oneof(fc.constant(0), fc.double({ min: -12, max: 12, noNaN: true }));
const step = fc.record({ pitch: turn, yaw: turn, forward: fc.boolean(), attack: fc.boolean(), jump: fc.boolean() });

test("whatever is left out, targets stay within half a bin of the person's heading", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 120 }),
      fc.constantFrom(...nullRules),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom(15, 5, 1.5),
      (actions, nullActions, every, cameraInterval) => {
        const prepared = prepareActions(inventedDemonstration(actions), { nullActions, every, cameraInterval });
        let [pitch, yaw, next] = [0, 0, 0];
        for (const target of prepared) {
          const end = target.index + target.span;
          for (; next < end; next++) {
            pitch += actions[next]?.pitch ?? 0;
            yaw += actions[next]?.yaw ?? 0;
          }
          const words = decodeMinedojoAction(target.minedojo, cameraInterval);
          pitch -= words.pitch;
          yaw -= words.yaw;
          // 1e-9: the sums here round too
          expect(Math.abs(pitch)).toBeLessThanOrEqual(cameraInterval / 2 + 1e-9);
          expect(Math.abs(yaw)).toBeLessThanOrEqual(cameraInterval / 2 + 1e-9);
        }
      },
    ),
  );
});

test("null actions: a person's rests are dropped by `source`, idle targets by `mapped`, both keep what was pressed", () => {
  const actions = [{}, { yaw: 4 }, { forward: true }, {}, { yaw: 4 }];
  const kept = (nullActions: "keep" | "source" | "mapped"): readonly number[] =>
    prepareActions(inventedDemonstration(actions), { nullActions }).map(({ index }) => index);
  expect(kept("keep")).toEqual([0, 1, 2, 3, 4]);
  expect(kept("source")).toEqual([1, 2, 4]);
  // the second four degrees complete half a bin
  expect(kept("mapped")).toEqual([2, 4]);
});

test("menus turn no camera, the stop turns none where the pitch is known, long turns go the short way", () => {
  const actions = [{ yaw: 5, pitch: 5 }, { pitch: 40 }, { pitch: 40 }, { yaw: 350 }];
  const known = inventedDemonstration(actions, { initialPitch: 20 }, (index) => ({ isGuiOpen: index === 0 }));
  expect(cameraTurns(known)).toEqual([
    { pitch: 0, yaw: 0 },
    { pitch: 40, yaw: 0 },
    { pitch: 30, yaw: 0 },
    { pitch: 0, yaw: -10 },
  ]);
  expect(cameraTurns(inventedDemonstration(actions))[2]).toEqual({ pitch: 40, yaw: 0 });
});

test("the integers that were sent are used as they are, with the camera of the asked interval", () => {
  const sent = encodeMinedojoAction({ forward: true, sprint: true, yaw: 30, function: "destroy", slot: 7 }, 15);
  const made = inventedDemonstration([{ yaw: 30, forward: true, sprint: true }], {}, () => ({ minedojo: sent }));
  expect(prepareActions(made)[0]?.minedojo).toEqual(sent);
  expect(prepareActions(made, { cameraInterval: 5 })[0]?.minedojo.slice(3, 8)).toEqual([36, 42, 7, 0, 7]);
});

test("merged steps: movement by majority, functions if at all, turns added", () => {
  const actions = [
    { forward: true, yaw: 2, pitch: -1 },
    { forward: true, attack: true, yaw: 3 },
    { jump: true, hotbar: 4, craft: "planks" },
  ].map((action) => ({ ...minerlNoop, ...action }));
  const merged = { ...minerlNoop, forward: true, attack: true, hotbar: 4, craft: "planks", yaw: 5, pitch: -1 };
  expect(mergeActions(actions)).toEqual(merged);
});

test("VPT's bins turn by the degrees of VPT", () => {
  const degrees = [-10, -5.8095, -3.2154, -1.6095, -0.6154, 0, 0.6154, 1.6095, 3.2154, 5.8095, 10];
  const turned = muLawTurns(degrees.map((yaw) => ({ pitch: 0, yaw })));
  // the facts give four decimals
  turned.forEach(({ yaw }, i) => expect(yaw).toBeCloseTo(degrees[i] ?? NaN, 4));
  expect(muLawTurns([{ pitch: -40, yaw: 0.2 }])).toEqual([{ pitch: -10, yaw: 0 }]);
});

test("class weights: rare classes weigh more, the mean over the data is 1, arguments count where they are used", () => {
  const idle = encodeMinedojoAction({});
  const attack = encodeMinedojoAction({ function: "attack" });
  const equip = encodeMinedojoAction({ function: "equip", slot: 3 });
  const histogram = actionHistogram([idle, idle, idle, idle, idle, idle, attack, attack, equip]);
  expect(histogram[5]?.slice(0, 6)).toEqual([6, 0, 0, 2, 0, 1]);
  expect(histogram[7]?.[3]).toBe(1);
  expect(histogram[7]?.[0]).toBe(0);
  expect(histogram[6]?.every((n) => n === 0)).toBe(true);
  const weights = classWeights(histogram, { power: 0.5, most: 4 })[5] ?? [];
  const mean = (6 * (weights[0] ?? 0) + 2 * (weights[3] ?? 0) + (weights[5] ?? 0)) / 9;
  expect(mean).toBeCloseTo(1, 12);
  expect(weights[5]).toBeCloseTo((weights[0] ?? 0) * Math.sqrt(6), 12);
  expect(weights[1]).toBe(4);
  expect([isMeaningful(idle, 7), isMeaningful(equip, 7), isMeaningful(attack, 6)]).toEqual([false, true, false]);
});
