import { expect, test } from "vitest";
import { columnOf, rotationError } from "@dsr/dsr-core/geometry";
import { int32, ndarray } from "@dsr/env-bridge";
import { ClueCollector, facing } from "./exact-clues.js";
import type { SceneEntity, SceneObservation } from "./scene-observation.js";

const cow: SceneEntity = { id: 3, kind: "cow", position: [1, 2, 3], yaw: 90, height: 1.4, isDead: false };
const egg: SceneEntity = { id: 4, kind: "item:egg", position: [0, 0, 0], yaw: 0, height: 0.25, isDead: false };
const [height, width] = [10, 12];

function scene(entities: readonly SceneEntity[], ids: (x: number, y: number) => number): SceneObservation {
  const pixels = Array.from({ length: height * width }, (_, i) => ids(i % width, Math.floor(i / width)));
  return {
    rgb: ndarray("uint8", [height, width, 3], new Uint8Array(height * width * 3)),
    segmentation: int32(pixels, [height, width]),
    pose: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    intrinsics: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    entities,
  };
}

test("centres are half the height above the feet, boxes go round the pixels, slivers are unseen", () => {
  const clues = new ClueCollector(20);
  clues.add(
    scene([cow, egg], (x, y) => (x >= 2 && x < 7 && y >= 3 && y < 8 ? 3 : x === 0 ? 4 : 0)),
    0,
  );
  clues.add(
    scene([cow], (x, y) => (x < 3 && y < 3 ? 3 : 0)),
    0.8,
  );
  const { objects, frames } = clues.finish({ id: "v", width, height });
  expect(frames.map(({ timestamp }) => timestamp)).toEqual([0, 0.8]);
  expect(objects).toHaveLength(1);
  const [first, second] = objects[0]?.sightings ?? [];
  expect(first).toMatchObject({ center: [1, 2.7, 3], visibility: 1, box: [2, 3, 6, 7], pixels: 25 });
  expect(second).toMatchObject({ visibility: 0, box: null, pixels: 9 });
});

test("what appears late or is gone has no sighting in the other frames", () => {
  const clues = new ClueCollector(20);
  const all = (id: number) => (): number => id;
  clues.add(scene([cow], all(3)), 0);
  clues.add(scene([egg], all(4)), 1);
  clues.add(scene([{ ...cow, isDead: true }, egg], all(4)), 2);
  const [first, second] = clues.finish({ id: "v", width, height }).objects;
  expect(first?.sightings.map((sighting) => sighting !== null)).toEqual([true, false, false]);
  expect(second).toMatchObject({ id: "4", class: "egg", isAgent: false });
  expect(second?.sightings[0]).toBeNull();
  expect(second?.sightings[1]?.orientation).toBeUndefined();
});

test("a body's axes: yaw 0 looks along +z with its left to +x, positive yaw turns towards -x", () => {
  expect([columnOf(facing(0), 0), columnOf(facing(0), 1), columnOf(facing(0), 2)]).toEqual([
    [0, 0, 1],
    [1, 0, 0],
    [0, 1, 0],
  ]);
  expect(columnOf(facing(90), 0)).toEqual([-1, 0, 0]);
  for (let yaw = -180; yaw < 180; yaw += 7) expect(rotationError(facing(yaw))).toBeLessThan(3e-6);
});
