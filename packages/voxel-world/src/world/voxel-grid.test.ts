import { InputError } from "@dsr/env-bridge/contract";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { FreeLevel } from "./free-space.js";
import { VoxelGrid } from "./voxel-grid.js";

const size = { x: 21, y: 17, z: 18 };
const change = fc.record({
  x: fc.integer({ min: -2, max: size.x + 1 }),
  y: fc.integer({ min: -2, max: size.y + 1 }),
  z: fc.integer({ min: -2, max: size.z + 1 }),
  id: fc.constantFrom(0, 0, 1, 9, 12),
});

test("set keeps the free heights as a full refresh would make them", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const grid = new VoxelGrid(size.x, size.y, size.z);
      for (const { x, y, z, id } of changes) grid.set(x, y, z, id);
      const kept = [grid.columns, grid.tiles4, grid.tiles16].map(({ packed }) => packed.slice());
      grid.refresh();
      expect(kept).toEqual([grid.columns, grid.tiles4, grid.tiles16].map(({ packed }) => packed));
    }),
  );
});

/** Blocks that are not air among the heights that a column or tile calls free. */
function wronglyFree(grid: VoxelGrid, level: FreeLevel, edge: number): number {
  let wrong = 0;
  for (let x = 0; x < size.x; x++) {
    for (let z = 0; z < size.z; z++) {
      const free = level.packed[Math.floor(x / edge) + level.width * Math.floor(z / edge)] ?? 0;
      for (let y = 0; y < size.y; y++) {
        const isFree = y >= free >> 16 || (y >= (free & 255) && y < ((free >> 8) & 255));
        if (isFree && grid.get(x, y, z) !== 0) wrong++;
      }
    }
  }
  return wrong;
}

test("what columns and tiles call free holds only air", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const grid = new VoxelGrid(size.x, size.y, size.z);
      for (const { x, y, z, id } of changes) grid.set(x, y, z, id);
      expect(wronglyFree(grid, grid.columns, 1)).toBe(0);
      expect(wronglyFree(grid, grid.tiles4, 4)).toBe(0);
      expect(wronglyFree(grid, grid.tiles16, 16)).toBe(0);
    }),
  );
});

test("outside the box is air beside and above, solid below", () => {
  const grid = new VoxelGrid(4, 4, 4);
  grid.set(9, 1, 1, 1);
  expect(grid.get(9, 1, 1)).toBe(0);
  expect(grid.isSolid(1, 9, 1)).toBe(false);
  expect(grid.isSolid(1, -1, 1)).toBe(true);
});

test("impossible sizes are input errors", () => {
  expect(() => new VoxelGrid(4, 300, 4)).toThrow(InputError);
  expect(() => new VoxelGrid(4, 4.5, 4)).toThrow("expected whole numbers, found 4.5");
});
