import fc from "fast-check";
import { expect, test } from "vitest";
import { toNumbers } from "../../../graph/data.js";
import { int64Data } from "../../../graph/data.js";
import type { NdData } from "../../../graph/graph.js";
import { openTestGraph, tinyConfig } from "../test-model.js";
import { attentionWindows } from "./attention-windows.js";
import { gridFromInput, patchPlaces } from "./patch-grid.js";

const { vision } = tinyConfig();
const side = vision.windowSize / vision.patchSize;

/** Row and column of every patch, block by block, written out. */
function placesOf(rows: number, columns: number): readonly (readonly [number, number])[] {
  const places: (readonly [number, number])[] = [];
  for (let row = 0; row < rows; row += 2)
    for (let column = 0; column < columns; column += 2)
      places.push([row, column], [row, column + 1], [row + 1, column], [row + 1, column + 1]);
  return places;
}

test("patches share a window exactly when they lie in the same square, for any grid", async () => {
  const session = await openTestGraph((builder) => {
    const grid = gridFromInput(builder, builder.input("grid", "int64", ["videos", 3]), vision);
    const places = patchPlaces(builder, grid);
    const windows = attentionWindows(builder, grid, places, vision);
    builder.output("rows", places.rows);
    builder.output("columns", places.columns);
    builder.output("seat", windows.seatOfPatch);
    builder.output("patch", windows.patchOfSeat);
    builder.output("bias", windows.bias);
  });
  const blocks = fc.integer({ min: 1, max: 7 });
  await fc.assert(
    fc.asyncProperty(blocks, blocks, fc.integer({ min: 1, max: 3 }), async (blockRows, blockColumns, temporal) => {
      const [rows, columns] = [2 * blockRows, 2 * blockColumns];
      const found = await session.run({ grid: int64Data([1, 3], [temporal, rows, columns]) });
      const numbers = (name: string): readonly number[] => toNumbers(found[name] as NdData);
      const places = placesOf(rows, columns);
      expect(numbers("rows")).toEqual(places.map(([row]) => row));
      expect(numbers("columns")).toEqual(places.map(([, column]) => column));
      const [seat, patch, bias] = [numbers("seat"), numbers("patch"), numbers("bias")];
      const across = Math.ceil(columns / side);
      places.forEach(([row, column], place) => {
        const window = Math.floor(row / side) * across + Math.floor(column / side);
        expect(Math.floor((seat[place] ?? -1) / side ** 2)).toBe(window);
        expect(patch[seat[place] ?? -1]).toBe(place);
      });
      expect(new Set(seat).size).toBe(places.length);
      expect(bias.filter((score) => score === 0).length).toBe(places.length);
      expect(seat.every((own) => bias[own] === 0)).toBe(true);
    }),
    { numRuns: 40 },
  );
  await session.close();
});
