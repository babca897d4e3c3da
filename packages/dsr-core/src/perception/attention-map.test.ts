import fc from "fast-check";
import sharp from "sharp";
import { expect, test } from "vitest";
import type { GsmAttention } from "./answerer.js";
import { attentionHeat, drawAttention, heatOver } from "./attention-map.js";
import type { Clip } from "./clip.js";

function clipOf(count: number, width = 48, height = 32): Clip {
  const data = new Uint8Array(width * height * 3).fill(60);
  return { frames: Array.from({ length: count }, (_, index) => ({ width, height, data, timestamp: index })) };
}

/** All attention on one token. */
function lookingAt(token: number, grid: GsmAttention["grid"] = [2, 2, 3]): GsmAttention {
  const weights = new Float32Array(2 * grid[0] * grid[1] * grid[2]);
  weights[token] = 1;
  weights[weights.length / 2 + token] = 1;
  return { weights, queries: 2, grid };
}

test("heat is the mean of the queries on a scale to 1, or one query's own", () => {
  const attention = { weights: Float32Array.of(0.75, 0.25, 0.25, 0.75), queries: 2, grid: [1, 1, 2] as const };
  expect([...attentionHeat(attention)]).toEqual([1, 1]);
  expect(attentionHeat(attention, 0)[1]).toBeCloseTo(1 / 3, 6); // float32
  expect(() => attentionHeat(attention, 2)).toThrow("expected a query from 0 to 1, found 2");
  expect(() => attentionHeat({ ...attention, queries: 3 })).toThrow("expected 3 × 2 weights, found 4");
});

test("a uniform heat colours every pixel alike, whatever the sizes", () => {
  const size = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(size, size, size, size, (width, height, rows, columns) => {
      const frame = { width, height, data: new Uint8Array(width * height * 3).fill(90) };
      const { data } = heatOver(frame, new Float32Array(rows * columns).fill(0.5), [rows, columns]);
      for (let i = 0; i < data.length; i++) expect(data[i]).toBe(data[i % 3]);
    }),
  );
});

test("the sheet shows the heat in the frames and the place it belongs to", async () => {
  // token 11 of [2, 2, 3]: second pair of frames, lower right
  const png = await drawAttention(clipOf(4), lookingAt(11), { columns: 2 });
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([2 * 48 + 4, 2 * 32 + 4]);
  const red = (x: number, y: number): number => data[3 * (y * info.width + x)] ?? 0;
  const lowerRight = (column: number, row: number) => red(column * 52 + 44, row * 36 + 28);
  const upperLeft = (column: number, row: number) => red(column * 52 + 3, row * 36 + 3);
  expect(lowerRight(0, 1)).toBeGreaterThan(150);
  expect(lowerRight(1, 1)).toBeGreaterThan(150);
  expect(Math.max(lowerRight(0, 0), lowerRight(1, 0), upperLeft(0, 1))).toBeLessThan(60);
});

test("large frames are made smaller, and a clip of another length is refused", async () => {
  const png = await drawAttention(clipOf(1, 640, 320), lookingAt(0, [1, 1, 1]));
  expect(await sharp(png).metadata()).toMatchObject({ format: "png", width: 320, height: 160 });
  await expect(drawAttention(clipOf(5), lookingAt(0))).rejects.toThrow("expected 2 pairs of frames, found 5 frames");
});
