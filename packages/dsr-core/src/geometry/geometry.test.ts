import fc from "fast-check";
import { expect, test } from "vitest";
import { CoreInputError } from "../errors.js";
import { syntheticClues, turned } from "../questions/fixtures/synthetic-clues.js";
import {
  agentViewpoint,
  cameraToAgentRotation,
  cameraViewpoint,
  compose,
  cross,
  decodeMask,
  directionToViewer,
  encodeMask,
  formatClues,
  fromViewer,
  invert,
  measureMask,
  multiplyRotations,
  norm,
  parseClues,
  poseOf,
  rotationError,
  subtract,
  toViewer,
  transformPoint,
  type Vector3,
} from "./index.js";

const angle = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
const length = fc.double({ min: -20, max: 20, noNaN: true });
const point = fc.tuple(length, length, length);
const rotation = fc
  .tuple(angle, angle, angle, angle)
  .map(([a, b, c, d]) => multiplyRotations(turned(a, b), turned(c, d)));
const pose = fc.tuple(rotation, point).map(([turn, place]) => poseOf(turn, place));

function expectNear(found: Vector3, expected: Vector3): void {
  // products of a few numbers below 40 in float64
  expect(norm(subtract(found, expected))).toBeLessThan(1e-11);
}

test("transforms are rigid, and undone by their inverse", () => {
  fc.assert(
    fc.property(pose, pose, point, point, (a, b, p, q) => {
      expectNear(transformPoint(compose(a, b), p), transformPoint(a, transformPoint(b, p)));
      expectNear(transformPoint(invert(a), transformPoint(a, p)), p);
      const moved = norm(subtract(transformPoint(a, p), transformPoint(a, q)));
      expect(Math.abs(moved - norm(subtract(p, q)))).toBeLessThan(1e-11);
    }),
  );
});

test("viewpoints keep lengths and hands, and can be gone back from", () => {
  fc.assert(
    fc.property(pose, rotation, point, point, (camera, orientation, center, p) => {
      for (const view of [cameraViewpoint(camera), agentViewpoint(center, orientation)]) {
        expectNear(fromViewer(view, toViewer(view, p)), p);
        expectNear(cross(view.forward, view.left), view.up);
        expect(Math.abs(norm(directionToViewer(view, p)) - norm(p))).toBeLessThan(1e-11);
        expectNear(directionToViewer(view, view.forward), [1, 0, 0]);
      }
    }),
  );
});

test("a camera's viewer axes are (z, -x, -y) of its own", () => {
  fc.assert(
    fc.property(pose, point, (camera, [x, y, z]) => {
      expectNear(toViewer(cameraViewpoint(camera), transformPoint(camera, [x, y, z])), [z, -x, -y]);
    }),
  );
});

test("any three angles give a true rotation, and azimuth 0 faces the camera", () => {
  const degrees = fc.double({ min: -360, max: 360, noNaN: true });
  fc.assert(
    fc.property(degrees, degrees, degrees, (azimuth, polar, roll) => {
      expect(rotationError(cameraToAgentRotation({ azimuth, polar, rotation: roll }))).toBeLessThan(1e-12);
    }),
  );
  // the agent's forward axis is the camera's -z, its left the camera's +x
  const rows = cameraToAgentRotation({ azimuth: 0, polar: 0, rotation: 0 }).map((x) => Math.round(x) + 0);
  expect(rows).toEqual([0, 0, -1, 1, 0, 0, 0, -1, 0]);
});

test("masks come back from their run lengths, with their box and area", () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 120 }),
      fc.integer({ min: 1, max: 12 }),
      (bits, width) => {
        const mask = decodeMask(encodeMask(bits.length, (i) => bits[i] === true));
        expect([...mask]).toEqual(bits.map(Number));
        const { pixels, box } = measureMask(mask, width);
        expect(pixels).toBe(bits.filter(Boolean).length);
        expect(box === undefined).toBe(pixels === 0);
      },
    ),
  );
  expect(measureMask(Uint8Array.of(0, 0, 0, 0, 1, 1, 0, 0, 1), 3)).toEqual({ pixels: 3, box: [1, 1, 2, 2] });
});

test("clues come back from their text", () => {
  const clues = syntheticClues(1);
  expect(parseClues(formatClues(clues), "clues.json")).toEqual(clues);
  expect(formatClues(parseClues(formatClues(clues), "clues.json"))).toBe(formatClues(clues));
});

test("clues that are none are refused in one line", () => {
  const clues = syntheticClues(2);
  const [frame, ...frames] = clues.frames;
  const [object] = clues.objects;
  if (frame === undefined || object === undefined) throw new Error("expected a frame and an object");
  const wrong: readonly [unknown, RegExp][] = [
    ["{", /a\.json: expected JSON, found "\{"/],
    [{ ...clues, format: "coco" }, /expected 4D clues \(dsr\.clues 1\), found at format/],
    [
      { ...clues, frames: [{ ...frame, pose: frame.pose.map((x) => 2 * x) }, ...frames] },
      /frame 0: expected a rigid pose/,
    ],
    [{ ...clues, frames: [...clues.frames.slice(0, -1), frame] }, /frame 15: expected a time after 14 s, found 0 s/],
    [{ ...clues, objects: [object, object] }, /object 0: expected each id once/],
    [{ ...clues, objects: [{ ...object, sightings: [] }] }, /object 0: expected 16 sightings, found 0/],
  ];
  for (const [value, message] of wrong) {
    const read = (): unknown => parseClues(typeof value === "string" ? value : JSON.stringify(value), "a.json");
    expect(read).toThrow(CoreInputError);
    expect(read).toThrow(message);
  }
});
