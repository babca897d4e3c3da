import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom, int32, ndarray } from "@dsr/env-bridge";
import { cameraStyles, drawCameraWork } from "./camera-work.js";
import type { SceneEntity, SceneObservation } from "./scene-observation.js";

/** A camera at the origin that looks along +z (x to the right is −x of the world, as in Minecraft's south). */
function scene(entities: readonly SceneEntity[]): SceneObservation {
  return {
    rgb: ndarray("uint8", [1, 1, 3], new Uint8Array(3)),
    segmentation: int32([0], [1, 1]),
    pose: [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    intrinsics: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    entities,
  };
}

function mobAt(position: SceneEntity["position"]): SceneEntity {
  return { id: 1, kind: "cow", position, yaw: 0, height: 0, isDead: false };
}

const coordinate = fc.double({ min: -30, max: 30, noNaN: true });

test("every style gives finite motion within the camera's limits, wherever the mobs are", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...cameraStyles),
      fc.array(fc.tuple(coordinate, coordinate, coordinate)),
      (style, places) => {
        const work = drawCameraWork(style, createRandom("camera", style));
        for (let step = 0; step < 5; step++) {
          const motion = work(scene(places.map(mobAt)));
          for (const [i, value] of motion.entries()) expect(Math.abs(value)).toBeLessThanOrEqual(i < 3 ? 1 : 4);
        }
      },
    ),
  );
});

test("the gaze turns towards its subject: right is positive yaw, down is positive pitch", () => {
  const follow = drawCameraWork("follow", createRandom("camera"));
  const [, , , yaw, pitch] = follow(scene([mobAt([-5, -5, 10])]));
  expect(yaw).toBeGreaterThan(0);
  expect(pitch).toBeGreaterThan(0);
  const [, , , back] = follow(scene([mobAt([5, 0, -10])]));
  expect(back).toBeLessThan(0);
});

test("a still camera does not move, and one that is too near backs away", () => {
  expect(drawCameraWork("still", createRandom("camera"))(scene([mobAt([3, 0, 1])])).map(Math.abs)).toEqual([
    0, 0, 0, 0, 0,
  ]);
  const [forward] = drawCameraWork("orbit", createRandom("camera"))(scene([mobAt([0, 0, 1])]));
  expect(forward).toBeLessThan(0);
});
