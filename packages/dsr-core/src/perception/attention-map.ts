// Draws where the geometry selection module looked: heat over the clip's frames, on one sheet.
// Knows nothing about models.
import { CoreInputError } from "../errors.js";
import type { RgbImage } from "../video/color.js";
import type { GsmAttention } from "./answerer.js";
import { type Clip, framesPerPatch } from "./clip.js";

export interface AttentionMapOptions {
  /** One query's attention; the mean over all queries when absent. */
  readonly query?: number;
  /** Frames side by side; about square when absent. */
  readonly columns?: number;
  /** Width of one frame in pixels; 320 or the clip's own when that is smaller. */
  readonly frameWidth?: number;
}

/** Colours of the heat from none to most: black, purple, orange, pale yellow. */
const heat: readonly (readonly [number, number, number])[] = [
  [0, 0, 4],
  [87, 16, 110],
  [188, 55, 84],
  [249, 142, 9],
  [252, 255, 164],
];

/** Pixels between frames. */
const gap = 4;

/**
 * The map of one temporal patch or all: [t, h, w] of values from 0 to 1, where 1 is the largest of the clip.
 * @throws CoreInputError when the weights do not fit the grid, or there is no such query
 */
export function attentionHeat({ weights, queries, grid }: GsmAttention, query?: number): Float32Array {
  const tokens = grid[0] * grid[1] * grid[2];
  if (weights.length !== queries * tokens)
    throw new CoreInputError(`attention: expected ${queries} × ${tokens} weights, found ${weights.length}`);
  if (query !== undefined && !(Number.isInteger(query) && query >= 0 && query < queries))
    throw new CoreInputError(`attention: expected a query from 0 to ${queries - 1}, found ${query}`);
  const sums = new Float32Array(tokens);
  const [from, to] = query === undefined ? [0, queries] : [query, query + 1];
  for (let at = from * tokens; at < to * tokens; at++) {
    const token = at % tokens;
    sums[token] = (sums[token] ?? 0) + (weights[at] ?? 0);
  }
  const most = sums.reduce((a, b) => Math.max(a, b), 0);
  return most === 0 ? sums : sums.map((sum) => sum / most);
}

/** One frame with the heat of its temporal patch over it; the heat's cells are blended smoothly. */
export function heatOver(frame: RgbImage, cells: Float32Array, [rows, columns]: readonly [number, number]): RgbImage {
  const { width, height } = frame;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const place = { row: ((y + 0.5) * rows) / height - 0.5, column: ((x + 0.5) * columns) / width - 0.5 };
      blend(data, frame, { at: 3 * (y * width + x), heat: smooth(cells, [rows, columns], place) });
    }
  }
  return { width, height, data };
}

/** A sheet of all frames of a clip as PNG bytes. @throws CoreInputError when clip and attention do not fit each other */
export async function drawAttention(
  clip: Clip,
  attention: GsmAttention,
  options: AttentionMapOptions = {},
): Promise<Uint8Array> {
  const [steps, rows, columns] = attention.grid;
  if (Math.ceil(clip.frames.length / framesPerPatch) !== steps)
    throw new CoreInputError(`attention: expected ${steps} pairs of frames, found ${clip.frames.length} frames`);
  const cells = attentionHeat(attention, options.query);
  const frames = await Promise.all(clip.frames.map((frame) => shrink(frame, options.frameWidth ?? 320)));
  const drawn = frames.map((frame, index) => {
    const from = Math.floor(index / framesPerPatch) * rows * columns;
    return heatOver(frame, cells.subarray(from, from + rows * columns), [rows, columns]);
  });
  return writeSheet(drawn, options.columns ?? Math.ceil(Math.sqrt(drawn.length)));
}

/** Value between the centres of four cells; edges are repeated. */
function smooth(
  cells: Float32Array,
  [rows, columns]: readonly [number, number],
  { row, column }: { readonly row: number; readonly column: number },
): number {
  const cell = (r: number, c: number): number =>
    cells[Math.min(Math.max(r, 0), rows - 1) * columns + Math.min(Math.max(c, 0), columns - 1)] ?? 0;
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [down, right] = [row - top, column - left];
  const upper = cell(top, left) * (1 - right) + cell(top, left + 1) * right;
  const lower = cell(top + 1, left) * (1 - right) + cell(top + 1, left + 1) * right;
  return upper * (1 - down) + lower * down;
}

/** Grey picture under the colours, so that the heat's colours stay readable; cold places keep the picture. */
function blend(out: Uint8Array, { data }: RgbImage, { at, heat: value }: { at: number; heat: number }): void {
  const [r, g, b] = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
  const grey = 0.299 * r + 0.587 * g + 0.114 * b;
  const opacity = 0.15 + 0.6 * value;
  for (let channel = 0; channel < 3; channel++)
    out[at + channel] = Math.round(grey * (1 - opacity) + colourOf(value, channel) * opacity);
}

function colourOf(value: number, channel: number): number {
  const place = Math.min(Math.max(value, 0), 1) * (heat.length - 1);
  const lower = Math.min(Math.floor(place), heat.length - 2);
  const [from, to] = [heat[lower]?.[channel] ?? 0, heat[lower + 1]?.[channel] ?? 0];
  return from + (to - from) * (place - lower);
}

async function shrink(frame: RgbImage, width: number): Promise<RgbImage> {
  if (frame.width <= width) return frame;
  const { default: sharp } = await import("sharp");
  const picture = sharp(frame.data, { raw: { width: frame.width, height: frame.height, channels: 3 } });
  const { data, info } = await picture.resize({ width }).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

async function writeSheet(frames: readonly RgbImage[], columns: number): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  const { width = 1, height = 1 } = frames[0] ?? {};
  const across = Math.min(columns, frames.length);
  const rows = Math.ceil(frames.length / across);
  const size = { width: across * (width + gap) - gap, height: rows * (height + gap) - gap };
  const placed = frames.map(({ data }, index) => ({
    input: Buffer.from(data),
    raw: { width, height, channels: 3 as const },
    left: (index % across) * (width + gap),
    top: Math.floor(index / across) * (height + gap),
  }));
  return sharp({ create: { ...size, channels: 3, background: "black" } })
    .composite(placed)
    .png()
    .toBuffer();
}
