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

test("an empty grid is free everywhere, as a refresh finds", () => {
  const grid = new VoxelGrid(size.x, size.y, size.z);
  const made = grid.pyramid.slice();
  grid.refresh();
  expect(made).toEqual(grid.pyramid);
});

/** Heights that are and are not whole words of blocks. */
const heights = fc.constantFrom(16, size.y);

test("set keeps the free heights as a full refresh would make them", () => {
  fc.assert(
    fc.property(heights, fc.array(change, { maxLength: 60 }), (height, changes) => {
      const grid = new VoxelGrid(size.x, height, size.z);
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
    fc.property(heights, fc.array(change, { maxLength: 200 }), (height, changes) => {
      const grid = new VoxelGrid(size.x, height, size.z);
      for (const { x, y, z, id } of changes) grid.set(x, y, z, id);
      expect(wronglyFree(grid, grid.columns, 1)).toBe(0);
      expect(wronglyFree(grid, grid.tiles4, 4)).toBe(0);
      expect(wronglyFree(grid, grid.tiles16, 16)).toBe(0);
    }),
  );
});

/** The definition, written out: the largest run of air below the top block, the upper one of equals. */
function freeOf(column: readonly number[]): number {
  let top = column.length;
  while (top > 0 && column[top - 1] === 0) top--;
  let gap: readonly [low: number, high: number] = [top, 255];
  let longest = 0;
  for (let low = top - 1; low >= 0; low--) {
    for (let high = top - 1; high > low; high--) {
      if (high - low <= longest || column.slice(low, high).some((id) => id !== 0)) continue;
      longest = high - low;
      gap = [low, high];
    }
  }
  return gap[0] | (gap[1] << 8) | (top << 16);
}

test("a column's free heights are its largest run of air and all above its top block", () => {
  const column = fc.array(fc.constantFrom(0, 0, 1, 128, 255), { minLength: 16, maxLength: 17 });
  fc.assert(
    fc.property(column, (ids) => {
      const grid = new VoxelGrid(1, ids.length, 1);
      ids.forEach((id, y) => grid.set(0, y, 0, id));
      expect(grid.columns.packed[0]).toBe(freeOf(ids));
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
