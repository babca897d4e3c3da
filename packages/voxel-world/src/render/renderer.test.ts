import { InputError } from "@dsr/env-bridge/contract";
import { expect, test } from "vitest";
import { type MobKind, mobKinds, mobSizes } from "../world/mob-kinds.js";
import type { Camera, Scene } from "../world/scene.js";
import { Renderer, cameraMatrices } from "./index.js";
import { bodyWith, cameraWith, flatGrid, floorHeight, sceneWith } from "./fixtures/scenes.js";

const height = 96;
const width = 128;
const size = [height, width] as const;

interface Picture {
  readonly rgb: Uint8Array;
  readonly depth: Float32Array;
  readonly segmentation: Int32Array;
}

function picture(scene: Scene, camera: Camera): Picture {
  const renderer = new Renderer({ size, depth: true, segmentation: true });
  renderer.render(scene, camera);
  const { rgb, depth, segmentation } = renderer;
  return { rgb, depth: depth ?? new Float32Array(), segmentation: segmentation ?? new Int32Array() };
}

/** Column, row and depth of a world point, by the published matrices. */
function project(camera: Camera, point: readonly number[]): { column: number; row: number; depth: number } {
  const { pose, intrinsics } = cameraMatrices(camera, size);
  const at = (axis: number): number => {
    let sum = 0;
    for (let i = 0; i < 3; i++) sum += (pose[4 * i + axis] ?? 0) * ((point[i] ?? 0) - (pose[4 * i + 3] ?? 0));
    return sum;
  };
  const depth = at(2);
  return {
    column: ((intrinsics[0] ?? 0) * at(0)) / depth + (intrinsics[2] ?? 0),
    row: ((intrinsics[4] ?? 0) * at(1)) / depth + (intrinsics[5] ?? 0),
    depth,
  };
}

function wallGrid(): ReturnType<typeof flatGrid> {
  const grid = flatGrid();
  for (let x = 0; x < 40; x++) for (let y = floorHeight; y < 30; y++) grid.set(x, y, 28, 1);
  return grid;
}

test("the depth of a wall straight ahead is its distance in every pixel that shows it", () => {
  const camera = cameraWith();
  const { depth } = picture(sceneWith({ grid: wallGrid() }), camera);
  // Above the middle row, rays look up or straight and so meet the wall, 28 − 20.5 metres ahead.
  for (let pixel = width * 10; pixel < (width * height) / 2; pixel++) expect(depth[pixel]).toBe(7.5);
});

test("the depth of the floor follows the ray's geometry", () => {
  const camera = cameraWith({ pitch: 30, yaw: 17 });
  const { depth } = picture(sceneWith(), camera);
  for (const [row, column] of [[height - 1, 0] as const, [height - 1, width - 1] as const, [60, 64] as const]) {
    const found = depth[row * width + column] ?? 0;
    const { pose, intrinsics } = cameraMatrices(camera, size);
    const right = (column - (intrinsics[2] ?? 0)) / (intrinsics[0] ?? 1);
    const down = (row - (intrinsics[5] ?? 0)) / (intrinsics[4] ?? 1);
    const fall = (pose[4] ?? 0) * right + (pose[5] ?? 0) * down + (pose[6] ?? 0);
    // Matrices and depths are float32: about seven digits.
    expect(found).toBeCloseTo(-1.62 / fall, 4);
  }
});

test("sky is infinitely deep and belongs to no instance", () => {
  const { depth, segmentation } = picture(sceneWith(), cameraWith({ pitch: -60 }));
  expect(depth.every((z) => z === Infinity)).toBe(true);
  expect(segmentation.every((id) => id === 0)).toBe(true);
});

test("looking to +z, the picture's right side shows lower x", () => {
  const camera = cameraWith();
  const left = project(camera, [camera.x + 1, camera.y, camera.z + 5]);
  const right = project(camera, [camera.x - 1, camera.y, camera.z + 5]);
  expect(left.column).toBeLessThan(right.column);
  expect(project(camera, [camera.x, camera.y + 1, camera.z + 5]).row).toBeLessThan((height - 1) / 2);
});

/** How far limbs and heads may stand out of the bounding box, as Minecraft's own models do, metres. */
const overhang: Readonly<Record<MobKind, number>> = {
  cow: 0.3,
  sheep: 0.3,
  pig: 0.35,
  chicken: 0.25,
  zombie: 0.5,
  spider: 0.35,
  zombie_pigman: 0.75,
  enderman: 0.15,
};

test.each(mobKinds)(
  "%s: the mask shows its body's middle and stays within its box, apart from limbs and head",
  (kind) => {
    const { width: boxWidth, height: boxHeight } = mobSizes[kind];
    for (const bodyYaw of [180, 90, 215, 0]) {
      const camera = cameraWith({ pitch: 8, yaw: 3 });
      const body = bodyWith({ id: 77, kind, bodyYaw, headYaw: bodyYaw, z: 25.5 });
      const { segmentation, depth } = picture(sceneWith({ bodies: [body] }), camera);
      const half = boxWidth / 2 + overhang[kind];
      const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((c) =>
        project(camera, [
          body.x + (c & 1 ? half : -half),
          body.y + (c & 2 ? boxHeight : 0),
          body.z + (c & 4 ? half : -half),
        ]),
      );
      const columns = corners.map(({ column }) => column);
      const rows = corners.map(({ row }) => row);
      let pixels = 0;
      for (let pixel = 0; pixel < width * height; pixel++) {
        if (segmentation[pixel] !== 77) continue;
        pixels++;
        // One pixel for the rounding to pixel centres.
        expect(pixel % width).toBeGreaterThanOrEqual(Math.min(...columns) - 1);
        expect(pixel % width).toBeLessThanOrEqual(Math.max(...columns) + 1);
        expect(Math.floor(pixel / width)).toBeGreaterThanOrEqual(Math.min(...rows) - 1);
        expect(Math.floor(pixel / width)).toBeLessThanOrEqual(Math.max(...rows) + 1);
        expect(Math.abs((depth[pixel] ?? 0) - 5)).toBeLessThan(1 + half);
      }
      const box = (Math.max(...columns) - Math.min(...columns)) * (Math.max(...rows) - Math.min(...rows));
      expect(pixels / box).toBeGreaterThan(0.12);
      const middle = project(camera, [body.x, body.y + boxHeight * 0.6, body.z]);
      expect(segmentation[Math.round(middle.row) * width + Math.round(middle.column)]).toBe(77);
    }
  },
);

test("a body behind a wall is not seen, one in front hides it", () => {
  const camera = cameraWith();
  const behind = picture(sceneWith({ grid: wallGrid(), bodies: [bodyWith({ z: 31 })] }), camera);
  expect(behind.segmentation.every((id) => id === 0)).toBe(true);
  const before = picture(sceneWith({ grid: wallGrid(), bodies: [bodyWith({ z: 25 })] }), camera);
  expect(before.segmentation.some((id) => id === 1)).toBe(true);
});

test("the nearer of two bodies hides the other", () => {
  const near = bodyWith({ id: 5, kind: "zombie", z: 23.5 });
  const far = bodyWith({ id: 6, kind: "chicken", z: 27.5 });
  for (const bodies of [
    [near, far],
    [far, near],
  ]) {
    const { segmentation } = picture(sceneWith({ bodies }), cameraWith());
    expect(new Set(segmentation)).toEqual(new Set([0, 5]));
  }
});

function averageOf({ rgb, segmentation }: Picture, id: number): readonly number[] {
  const sum = [0, 0, 0];
  let count = 0;
  segmentation.forEach((found, pixel) => {
    if (found !== id) return;
    count++;
    for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + (rgb[3 * pixel + c] ?? 0);
  });
  return sum.map((channel) => channel / count);
}

test("a hurt mob flashes red, a sheared sheep loses its white, a dying mob lies down", () => {
  const show = (parts: Parameters<typeof bodyWith>[0]): Picture =>
    picture(sceneWith({ bodies: [bodyWith({ kind: "sheep", ...parts })] }), cameraWith());
  const [red = 0, green = 0] = averageOf(show({}), 1);
  const [hurtRed = 0, hurtGreen = 0] = averageOf(show({ hurtTicks: 5 }), 1);
  expect(hurtRed / hurtGreen).toBeGreaterThan((1.8 * red) / green);
  expect(averageOf(show({ sheared: true }), 1)[2]).toBeLessThan(0.75 * (averageOf(show({}), 1)[2] ?? 0));
  const rowsOf = ({ segmentation }: Picture): number => segmentation.indexOf(1);
  expect(rowsOf(show({ kind: "zombie", deathTicks: 20 }))).toBeGreaterThan(rowsOf(show({ kind: "zombie" })) + width);
});

test("night is dark blue, and mobs are still lighter or darker than the ground", () => {
  const night = picture(sceneWith({ timeOfDay: 18000, bodies: [bodyWith({ kind: "zombie" })] }), cameraWith());
  const ground = averageOf({ ...night, segmentation: night.segmentation.map((id, i) => (i > width * 70 ? id : 9)) }, 0);
  const [red = 0, , blue = 0] = ground;
  expect(blue).toBeGreaterThan(red);
  expect(Math.max(...ground)).toBeLessThan(90);
  const mob = averageOf(night, 1);
  const contrast = mob.reduce((sum, channel, c) => sum + Math.abs(channel - (ground[c] ?? 0)), 0);
  expect(contrast).toBeGreaterThan(20);
});

test("water shows the ground below it in blue, and depth reaches through it", () => {
  const grid = flatGrid();
  for (let x = 0; x < 40; x++) for (let z = 22; z < 40; z++) grid.set(x, floorHeight - 1, z, 9);
  const camera = cameraWith({ pitch: 40 });
  const wet = picture(sceneWith({ grid }), camera);
  const dry = picture(sceneWith(), camera);
  const pixel = width * 48 + 64;
  expect(wet.depth[pixel]).toBeGreaterThan(dry.depth[pixel] ?? 0);
  expect((wet.rgb[3 * pixel + 2] ?? 0) - (wet.rgb[3 * pixel] ?? 0)).toBeGreaterThan(40);
});

test("impossible sizes and fields of view are input errors", () => {
  expect(() => new Renderer({ size: [0, 64] })).toThrow(InputError);
  expect(() => new Renderer({ size: [64, 64.5] })).toThrow("expected whole numbers from 1 to 8192");
  const renderer = new Renderer({ size: [8, 8] });
  expect(() => renderer.render(sceneWith(), cameraWith({ verticalFov: 180 }))).toThrow(InputError);
});

test("depth and segmentation are made only when asked for", () => {
  const renderer = new Renderer({ size });
  renderer.render(sceneWith(), cameraWith());
  expect(renderer.depth).toBeUndefined();
  expect(renderer.segmentation).toBeUndefined();
  expect(renderer.rgb).toHaveLength(height * width * 3);
});
