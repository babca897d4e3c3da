// The fast renderer against the plain one: the same bytes on random scenes.
import fc from "fast-check";
import { expect, test } from "vitest";
import { generateTerrain } from "../terrain/index.js";
import { blockTypes } from "../world/blocks.js";
import { mobKinds } from "../world/mob-kinds.js";
import { type Camera, type Scene, biomeNames } from "../world/scene.js";
import { VoxelGrid } from "../world/voxel-grid.js";
import { Renderer } from "./index.js";

const size = [24, 40] as const;
const fast = new Renderer({ size, depth: true, segmentation: true });
const reference = new Renderer({ size, depth: true, segmentation: true, reference: true });

/** Numbers that are often whole or half, where rays run along the planes between blocks. */
const coordinate = (min: number, max: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.double({ min, max, noNaN: true }),
    fc.integer({ min: 2 * min, max: 2 * max }).map((x) => x / 2),
  );

const angle = fc.oneof(
  fc.double({ min: -180, max: 180, noNaN: true }),
  fc.constantFrom(-180, -90, -45, 0, 45, 90, 135),
);
const pitch = fc.oneof(fc.double({ min: -90, max: 90, noNaN: true }), fc.constantFrom(-90, -30, 0, 30, 90));

const bodyNear = (x: number, y: number, z: number) =>
  fc.record({
    id: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    kind: fc.constantFrom(...mobKinds, "item" as const),
    item: fc.constantFrom("beef", "wool", "something else"),
    x: coordinate(x - 9, x + 9),
    y: coordinate(y - 3, y + 3),
    z: coordinate(z - 9, z + 9),
    bodyYaw: angle,
    headYaw: angle,
    headPitch: pitch,
    limbSwing: fc.double({ min: 0, max: 100, noNaN: true }),
    limbSwingAmount: fc.double({ min: 0, max: 1, noNaN: true }),
    age: fc.nat(1000),
    hurtTicks: fc.nat(10),
    deathTicks: fc.nat(20),
    sheared: fc.boolean(),
    aggressive: fc.boolean(),
  });

const cameraNear = (x: number, y: number, z: number) =>
  fc.record({
    x: coordinate(x - 12, x + 12),
    y: coordinate(y - 6, y + 12),
    z: coordinate(z - 12, z + 12),
    yaw: angle,
    pitch,
    verticalFov: fc.constantFrom(30, 70, 110),
  });

const timeOfDay = fc.integer({ min: 0, max: 23999 });

function expectSame(scene: Scene, camera: Camera): void {
  fast.render(scene, camera);
  reference.render(scene, camera);
  // Exact: both order the planes between blocks by the same products.
  expect(fast.depth).toEqual(reference.depth);
  expect(fast.segmentation).toEqual(reference.segmentation);
  expect(fast.rgb).toEqual(reference.rgb);
}

test("random blocks with holes, water and overhangs, seen from inside and outside the box", () => {
  const block = fc.record({
    x: fc.nat(22),
    y: fc.nat(19),
    z: fc.nat(25),
    id: fc.integer({ min: 0, max: blockTypes.length - 1 }),
    tall: fc.nat(9),
  });
  const scene = fc.record({
    blocks: fc.array(block, { minLength: 5, maxLength: 60 }),
    floor: fc.nat(7),
    biome: fc.constantFrom(...biomeNames),
    bodies: fc.array(bodyNear(11, 9, 12), { maxLength: 4 }),
    timeOfDay,
  });
  fc.assert(
    fc.property(scene, cameraNear(11, 9, 12), ({ blocks, floor, ...rest }, camera) => {
      const grid = new VoxelGrid(23, 20, 26);
      for (let column = 0; column < 23 * 26; column++) grid.blocks.fill(3, column * 20, column * 20 + floor);
      for (const { x, y, z, id, tall } of blocks) {
        for (let up = 0; up <= tall; up++) grid.set(x, y + up, z, id);
      }
      grid.refresh();
      expectSame({ ...rest, grid }, camera);
    }),
    { numRuns: 150 },
  );
});

test.each(biomeNames)("generated terrain: %s", (biome) => {
  const { grid, spawn } = generateTerrain({ seed: 11, biome });
  const bodies = fc.array(bodyNear(spawn.x, spawn.y, spawn.z), { maxLength: 5 });
  fc.assert(
    fc.property(bodies, timeOfDay, cameraNear(spawn.x, spawn.y + 5, spawn.z), (drawn, time, camera) => {
      expectSame({ grid, biome, bodies: drawn, timeOfDay: time }, camera);
    }),
    { numRuns: 25 },
  );
});

const oddSizes = [
  [1, 1],
  [3, 120],
  [60, 2],
] as const;

test.each(oddSizes)("pictures of odd shape, %i × %i, from heights on and between planes", (height, width) => {
  const odd = { size: [height, width], depth: true } as const;
  const [quick, plain] = [new Renderer(odd), new Renderer({ ...odd, reference: true })];
  const { grid, spawn } = generateTerrain({ seed: 3, biome: "forest" });
  fc.assert(
    fc.property(cameraNear(spawn.x, spawn.y + 5, spawn.z), (camera) => {
      const scene: Scene = { grid, biome: "forest", bodies: [], timeOfDay: 6000 };
      quick.render(scene, camera);
      plain.render(scene, camera);
      // Exact, for the same reason.
      expect(quick.depth).toEqual(plain.depth);
      expect(quick.rgb).toEqual(plain.rgb);
    }),
    { numRuns: 60 },
  );
});

test("level rays just below a ceiling at the eye's own height meet what stands on its level", () => {
  const wide = { size: [3, 120], depth: true } as const;
  const [quick, plain] = [new Renderer(wide), new Renderer({ ...wide, reference: true })];
  const grid = new VoxelGrid(40, 20, 40);
  for (let x = 0; x < 40; x++) for (let z = 22; z < 40; z++) grid.set(x, 9, z, 3);
  const scene: Scene = { grid, biome: "plains", bodies: [], timeOfDay: 6000 };
  const camera: Camera = { x: 20.5, y: 9, z: 10, yaw: 0, pitch: 0, verticalFov: 70 };
  quick.render(scene, camera);
  plain.render(scene, camera);
  expect(plain.depth?.[120 + 60]).toBe(12);
  expect(quick.depth).toEqual(plain.depth);
});

test("the picture depends on the scene alone, not on what was drawn before", () => {
  const { grid, spawn } = generateTerrain({ seed: 5, biome: "nether" });
  const camera = { x: spawn.x, y: spawn.y + 1.62, z: spawn.z, yaw: 20, pitch: 5, verticalFov: 70 };
  const scene: Scene = { grid, biome: "nether", bodies: [], timeOfDay: 6000 };
  const once = new Renderer({ size });
  once.render(scene, camera);
  const often = new Renderer({ size });
  for (const time of [0, 12, 18000, 3007]) often.render({ ...scene, timeOfDay: time }, camera);
  often.render({ ...scene, biome: "plains" }, { ...camera, verticalFov: 40 });
  often.render(scene, camera);
  expect(often.rgb).toEqual(once.rgb);
});

test("a wall that lies in the camera's own plane hides the sky beside the camera", () => {
  const grid = new VoxelGrid(23, 20, 26);
  for (let column = 0; column < 23 * 26; column++) grid.blocks.fill(3, column * 20, column * 20 + 4);
  grid.refresh();
  for (const x of [-5e-324, -0.01, 0.5]) {
    for (const z of [5e-324, 0.01, -0.01]) {
      const camera = { x, y: 3, z, yaw: -180, pitch: 0, verticalFov: 110 };
      expectSame({ grid, biome: "plains", bodies: [], timeOfDay: 0 }, camera);
    }
  }
});
