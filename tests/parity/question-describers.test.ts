// The describers and viewpoint transforms of dialect `released` against what the released code answered.
import {
  agentViewpoint,
  cameraToAgentRotation,
  cameraViewpoint,
  compose,
  invert,
  poseOf,
  toViewer,
  transformPoint,
  type Vector3,
} from "@dsr/dsr-core/geometry";
import {
  describeSeries,
  type QuestionKind,
  readAnswer,
  type Series,
  thresholdsOf,
  wordAnswer,
} from "@dsr/dsr-core/questions";
import { expect, test } from "vitest";
import { readGolden } from "./support/goldens.js";

interface Describers {
  readonly reference: string;
  readonly change: readonly (readonly [readonly number[], string])[];
  readonly direction: readonly (readonly [readonly Vector3[], string])[];
  readonly comparison: readonly (readonly [readonly [readonly number[], readonly number[]], string])[];
}

interface Viewpoints {
  readonly reference: string;
  readonly cases: readonly {
    readonly pose: readonly number[];
    readonly view: readonly number[];
    readonly points: readonly Vector3[];
    readonly angles: { readonly azimuth: number; readonly polar: number; readonly rotation: number };
    readonly center: Vector3;
    readonly camera: readonly Vector3[];
    readonly agent: readonly Vector3[];
  }[];
}

const golden = readGolden<Describers>("question-describers.json");

function answer(series: Series, kind: QuestionKind): string {
  const clauses = describeSeries(series, thresholdsOf.released, "released") ?? [];
  return wordAnswer(clauses, { dialect: "released", kind });
}

const rows: readonly [string, QuestionKind, readonly (readonly [Series, string])[]][] = [
  ["distances and speeds", "dis", golden.change.map(([values, text]) => [{ kind: "magnitude", values }, text])],
  ["directions", "dir", golden.direction.map(([directions, text]) => [{ kind: "direction", directions }, text])],
  [
    "comparisons",
    "spd_comp",
    golden.comparison.map(([[former, latter], text]) => [{ kind: "comparison", former, latter }, text]),
  ],
];

test.each(rows)(`%s are described as by ${golden.reference}`, (_, kind, cases) => {
  expect(cases.length).toBeGreaterThanOrEqual(600);
  for (const [series, text] of cases) expect(answer(series, kind), JSON.stringify(series)).toBe(text);
});

test("released answers are read back into the clauses they were made of", () => {
  for (const [, kind, cases] of rows) {
    for (const [series, text] of cases) {
      expect(readAnswer(text)).toEqual(describeSeries(series, thresholdsOf.released, "released"));
      expect(wordAnswer(readAnswer(text), { dialect: "released", kind })).toBe(text);
    }
  }
});

test("points come to the same viewer coordinates, of cameras and of agents", () => {
  const { cases, reference } = readGolden<Viewpoints>("viewpoints.json");
  let largest = 0;
  const compare = (found: readonly Vector3[], expected: readonly Vector3[]): void => {
    const differences = found.flatMap((point, i) => point.map((x, axis) => Math.abs(x - (expected[i]?.[axis] ?? NaN))));
    largest = Math.max(largest, ...differences);
  };
  for (const { pose, view, points, angles, center, camera, agent } of cases) {
    const world = points.map((point) => transformPoint(pose, point));
    compare(
      world.map((point) => toViewer(cameraViewpoint(view), point)),
      camera,
    );
    // rows of this rotation are the agent's axes in camera coordinates, so its inverse is the agent's orientation there
    const turned = invert(poseOf(cameraToAgentRotation(angles), [0, 0, 0]));
    const orientation = [0, 1, 2, 4, 5, 6, 8, 9, 10].map((i) => compose(view, turned)[i] ?? 0);
    const viewpoint = agentViewpoint(transformPoint(view, center), orientation);
    compare(
      world.map((point) => toViewer(viewpoint, point)),
      agent,
    );
  }
  console.log(`viewpoints against ${reference}: max|difference| ${largest.toExponential(2)}`);
  // float64 on both sides; a handful of products of numbers below 20
  expect(largest).toBeLessThan(1e-12);
});
