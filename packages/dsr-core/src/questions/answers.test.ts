import fc from "fast-check";
import { expect, test } from "vitest";
import type { Clues, Sighting } from "../geometry/clues.js";
import { compose, multiplyRotations, type Pose, poseOf, rotationOf } from "../geometry/transform.js";
import { transformPoint, type Vector3 } from "../geometry/index.js";
import { candidateOf } from "./candidate.js";
import { deriveAnswer, describeSeries } from "./derive-answer.js";
import { describeChange, mergeEqual, nameDirection, readAnswer, wordAnswer } from "./describe/index.js";
import { syntheticClues, testRandom, turned } from "./fixtures/synthetic-clues.js";
import { defaultPlanOptions, drawPlan, isSameTarget, objectOf, type QuestionPlan } from "./plan.js";
import { dialects, partsOf, templateTypes } from "./question-types.js";
import { seriesOf } from "./series.js";
import { shiftedThresholds, thresholdsOf } from "./thresholds.js";

const options = { ...defaultPlanOptions, leastSteps: 3 };
const seed = fc.nat(1_000_000);
const type = fc.constantFrom(...templateTypes);

/** Plans of a clip that can be drawn within some tries. */
function plansOf(clues: Clues, draw: number, wanted = templateTypes): readonly QuestionPlan[] {
  const random = testRandom(draw);
  return wanted.flatMap((one) => {
    for (let i = 0; i < 20; i++) {
      const plan = drawPlan(clues, one, { ...options, random });
      if (plan !== undefined) return [plan];
    }
    return [];
  });
}

/** Clues with every pose and place seen through a map of the world. */
function remapped(
  clues: Clues,
  map: { readonly pose: (pose: Pose) => Pose; readonly sighting: (sighting: Sighting) => Sighting },
): Clues {
  return {
    ...clues,
    frames: clues.frames.map((frame) => ({ ...frame, pose: map.pose(frame.pose) })),
    objects: clues.objects.map((object) => ({
      ...object,
      sightings: object.sightings.map((sighting) => (sighting === null ? null : map.sighting(sighting))),
    })),
  };
}

function answerOf(clues: Clues, plan: QuestionPlan): readonly string[] | undefined {
  const series = seriesOf(clues, plan);
  // items without a margin stand on a threshold, where rounding decides
  const derived = series === undefined ? undefined : deriveAnswer(series, "paper");
  return derived === undefined || derived.margin === 0 ? undefined : derived.clauses;
}

test("plans keep the rules: targets differ, intervals are long enough, everything is in sight", () => {
  fc.assert(
    fc.property(seed, seed, (scene, draw) => {
      const clues = syntheticClues(scene);
      for (const plan of plansOf(clues, draw)) {
        const { mobility, kind } = partsOf(plan.type);
        const last = clues.frames.length - 1 - options.hiddenFrames;
        expect(plan.end).toBeLessThanOrEqual(last);
        if (kind === "dir_pred") expect([plan.start, plan.end]).toEqual([last, last]);
        else expect(plan.end - plan.start).toBeGreaterThanOrEqual(options.leastSteps);
        expect(plan.viewFrame === undefined).toBe(mobility === "rel");
        const [first, second] = plan.targets;
        if (first !== undefined && second !== undefined) expect(isSameTarget(first, second)).toBe(false);
        if (mobility === "rel") expect(plan.targets.some((target) => isSameTarget(target, plan.observer))).toBe(false);
        for (const target of plan.targets) {
          const object = objectOf(clues, target);
          if (object === undefined) continue;
          for (let frame = plan.start; frame <= plan.end; frame++) expect(object.sightings[frame]?.visibility).toBe(1);
        }
      }
    }),
    { numRuns: 40 },
  );
});

test("answers do not depend on the world's frame", () => {
  const angle = fc.double({ min: -3, max: 3, noNaN: true });
  const length = fc.double({ min: -50, max: 50, noNaN: true });
  fc.assert(
    fc.property(seed, seed, fc.tuple(angle, angle, length, length, length), (scene, draw, [yaw, tilt, x, y, z]) => {
      const clues = syntheticClues(scene);
      const world = poseOf(turned(yaw, tilt), [x, y, z]);
      const elsewhere = remapped(clues, {
        pose: (pose) => compose(world, pose),
        sighting: ({ orientation, ...rest }) => ({
          ...rest,
          center: transformPoint(world, rest.center),
          ...(orientation === undefined ? {} : { orientation: multiplyRotations(rotationOf(world), orientation) }),
        }),
      });
      for (const plan of plansOf(clues, draw)) {
        const answer = answerOf(clues, plan);
        if (answer !== undefined) expect(answerOf(elsewhere, plan)).toEqual(answer);
      }
    }),
    { numRuns: 60 },
  );
});

test("a mirrored scene gives the mirrored answer: left and right change places, all else stays", () => {
  const mirror = ([x, y, z]: Vector3): Vector3 => [-x, y, z];
  const isLateral = (clause: string): string =>
    clause.replaceAll(/Left|Right/g, (side) => (side === "Left" ? "Right" : "Left"));
  // a mirrored body is no rotation of the body; the one whose forward and up are mirrored is, its left axis turned round
  const mirrorRotation = (rotation: readonly number[], flipped: number): readonly number[] =>
    rotation.map((value, i) => value * (i < 3 ? -1 : 1) * (i % 3 === flipped ? -1 : 1));
  fc.assert(
    fc.property(seed, seed, (scene, draw) => {
      const clues = syntheticClues(scene);
      const mirrored = remapped(clues, {
        pose: (pose) =>
          poseOf(mirrorRotation(rotationOf(pose), 0), mirror([pose[3] ?? 0, pose[7] ?? 0, pose[11] ?? 0])),
        sighting: ({ orientation, ...rest }) => ({
          ...rest,
          center: mirror(rest.center),
          ...(orientation === undefined ? {} : { orientation: mirrorRotation(orientation, 1) }),
        }),
      });
      for (const plan of plansOf(clues, draw)) {
        expect(answerOf(mirrored, plan)).toEqual(answerOf(clues, plan)?.map(isLateral));
      }
    }),
    { numRuns: 60 },
  );
});

test("relative and absolute agree for an observer that stands still", () => {
  fc.assert(
    fc.property(seed, seed, type, fc.nat(13), (scene, draw, one, viewFrame) => {
      const clues = syntheticClues(scene, { isCameraStill: true, still: ["0", "1"] });
      const { kind } = partsOf(one);
      for (const plan of plansOf(clues, draw, [`rel_${kind}`])) {
        if (plan.observer !== "camera" && Number(plan.observer.object) > 1) continue;
        const absolute = { ...plan, type: `abs_${kind}` as const, viewFrame };
        expect(answerOf(clues, absolute)).toEqual(answerOf(clues, plan));
      }
    }),
    { numRuns: 100 },
  );
});

test("an answer with a margin survives every shift up to it, and not the whole next one", () => {
  fc.assert(
    fc.property(seed, seed, (scene, draw) => {
      const clues = syntheticClues(scene);
      for (const plan of plansOf(clues, draw)) {
        const series = seriesOf(clues, plan);
        const derived = series === undefined ? undefined : deriveAnswer(series, "paper");
        if (series === undefined || derived === undefined) continue;
        for (const shifted of derived.margin === 0 ? [] : shiftedThresholds(thresholdsOf.paper, derived.margin)) {
          expect(describeSeries(series, shifted, "paper")).toEqual(derived.clauses);
        }
      }
    }),
    { numRuns: 40 },
  );
});

test("worded answers are read back in both dialects", () => {
  fc.assert(
    fc.property(seed, seed, fc.constantFrom(...dialects), (scene, draw, dialect) => {
      const clues = syntheticClues(scene);
      for (const plan of plansOf(clues, draw)) {
        const candidate = candidateOf(clues, plan, dialect);
        if (candidate === undefined) continue;
        const text = wordAnswer(candidate.answer, { dialect, kind: partsOf(plan.type).kind });
        expect(readAnswer(text)).toEqual(candidate.answer);
      }
    }),
    { numRuns: 30 },
  );
});

test("Table 8 of the paper on rows that can be followed by eye", () => {
  const describe = (...values: readonly number[]): readonly string[] => describeChange(values, thresholdsOf.paper);
  expect(describe(1, 1.1, 0.9, 1)).toEqual(["constant"]);
  expect(describe(1, 1.3, 1.7, 2.4)).toEqual(["larger"]);
  expect(describe(1, 1.1, 1.3)).toEqual(["constant-larger"]);
  expect(describe(1, 1.1, 0.7)).toEqual(["constant-smaller"]);
  expect(describe(1, 1.5, 0.9, 0.9)).toEqual(["larger", "smaller", "constant"]);
  // at rest, then off, then at rest again: nothing is divided by zero
  expect(describe(0, 0, 0.5, 0.5, 0)).toEqual(["constant-larger", "constant-smaller"]);
  expect(describe(0.5, 0, 0, 0)).toEqual(["smaller", "constant"]);
  expect(mergeEqual(["larger", "larger", "smaller"])).toEqual(["larger", "smaller"]);
});

test("70 and 110 degrees part the directions", () => {
  const { axis } = thresholdsOf.paper;
  const at = (degrees: number): Vector3 => [
    Math.cos((degrees * Math.PI) / 180),
    Math.sin((degrees * Math.PI) / 180),
    0,
  ];
  expect(nameDirection(at(0), axis)).toBe("Front");
  expect(nameDirection(at(19), axis)).toBe("Front");
  expect(nameDirection(at(21), axis)).toBe("Front|Left");
  expect(nameDirection(at(69), axis)).toBe("Front|Left");
  expect(nameDirection(at(71), axis)).toBe("Left");
  expect(nameDirection(at(111), axis)).toBe("Behind|Left");
  expect(nameDirection([0, 0, -2], axis)).toBe("Below");
  expect(nameDirection([0, 0, 0], axis)).toBeUndefined();
});
