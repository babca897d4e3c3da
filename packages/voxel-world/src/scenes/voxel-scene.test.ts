import {
  checkEnvironment,
  createRandom,
  fingerprintOf,
  InputError,
  sample,
  type SpaceRecord,
} from "@dsr/env-bridge/contract";
import { expect, test } from "vitest";
import { VoxelScene } from "./voxel-scene.js";

const blind = { observe: ["entities", "camera"] };

test("scenes conform to the contract", async () => {
  const scene = new VoxelScene({ imageSize: [32, 48], ticksPerStep: 4 });
  expect(await checkEnvironment(scene, { task: "scene_desert", steps: 20 })).toEqual([]);
});

test("every biome has a scene with at least three mobs, most of which move", () => {
  const scene = new VoxelScene({ ...blind, ticksPerStep: 20 });
  for (const { id } of scene.spec.tasks) {
    const places = (observation: SpaceRecord): Map<unknown, string> =>
      new Map(
        (observation["entities"] as SpaceRecord[]).map((entity) => [
          entity["id"],
          fingerprintOf(entity["position"] ?? null),
        ]),
      );
    const before = places(scene.reset({ task: id, seed: "a" }).observation);
    for (let i = 0; i < 9; i++) scene.step([0, 0, 0, 0, 0]);
    const after = places(scene.step([0, 0, 0, 0, 0]).observation);
    expect(before.size, id).toBeGreaterThanOrEqual(3);
    const moved = [...before].filter(([key, place]) => after.get(key) !== place);
    expect(moved.length, id).toBeGreaterThanOrEqual(before.size / 2);
  }
});

test("two scenes of one seed stay equal", () => {
  const play = (): readonly string[] => {
    const scene = new VoxelScene({ imageSize: [24, 32], ticksPerStep: 2 });
    const random = createRandom("flight");
    const prints = [fingerprintOf(scene.reset({ seed: 5n, task: "scene_taiga" }).observation)];
    for (let i = 0; i < 20; i++)
      prints.push(fingerprintOf(scene.step(sample(scene.spec.actionSpace, random)).observation));
    return prints;
  };
  expect(play()).toEqual(play());
});

test("what no scene has is refused in one line", () => {
  expect(() => new VoxelScene({ ticksPerStep: 0 })).toThrow(InputError);
  expect(() => new VoxelScene({ observe: ["inventory"] })).toThrow(/observation key 'inventory'/);
  const scene = new VoxelScene(blind);
  expect(() => scene.reset({ task: "scene_plain" })).toThrow("did you mean 'scene_plains'?");
  scene.reset();
  expect(() => scene.step([0, 0, 0])).toThrow("expected 5 finite numbers");
});
