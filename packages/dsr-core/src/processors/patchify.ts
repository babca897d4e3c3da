// Cuts pictures into the patches a Qwen2.5-VL vision encoder takes, normalised.
// Knows nothing about resizing, sampling or encoders.
import { CoreInputError } from "../errors.js";
import { tensorData } from "../graph/data.js";
import type { NdData } from "../graph/graph.js";
import type { RgbImage } from "../video/color.js";

/** Frames, rows and columns of patches. */
export type PatchGrid = readonly [frames: number, rows: number, columns: number];

/** How pictures are cut and normalised. */
export interface PatchSettings {
  /** Pixels a side of one patch. */
  readonly patch: number;
  /** Frames of one patch. */
  readonly temporalPatch: number;
  /** Patches a side that the encoder merges into one token. */
  readonly mergeSize: number;
  /** Of red, green, blue on the scale 0 to 1. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** `pixelValues`: float32 [grid product, 3 · temporalPatch · patch²]; rows that merge into one token are neighbours. */
export interface Patches {
  readonly pixelValues: NdData;
  readonly grid: PatchGrid;
}

/**
 * Cuts all frames; the last one is repeated until they fill the last temporal patch.
 * @throws CoreInputError when there are no frames, they differ in size, or a side is not whole merged patches
 */
export function patchifyFrames(frames: readonly RgbImage[], settings: PatchSettings): Patches {
  const { temporalPatch, patch } = settings;
  const { width, height } = checkFrames(frames, settings);
  const grid: PatchGrid = [Math.ceil(frames.length / temporalPatch), height / patch, width / patch];
  const table = normalizationTable(settings);
  const length = grid[1] * grid[2] * rowLength(settings);
  const data = new Float32Array(grid[0] * length);
  for (let step = 0; step < grid[0]; step++) {
    const part = data.subarray(step * length, (step + 1) * length);
    for (let frame = 0; frame < temporalPatch; frame++) {
      const image = frames[Math.min(step * temporalPatch + frame, frames.length - 1)];
      if (image !== undefined) writeFrame(part, { image, frame, table }, settings);
    }
  }
  return { pixelValues: tensorData("float32", [grid[0] * grid[1] * grid[2], rowLength(settings)], data), grid };
}

/**
 * The rows of one temporal patch, [grid rows · columns, 3 · temporalPatch · patch²], equal to those of the whole video:
 * a sliding window cuts only its new frames. Fewer frames than `temporalPatch` are filled up with the last.
 * @throws CoreInputError as `patchifyFrames`, and for more frames than one temporal patch has
 */
export function patchifyTemporalPatch(frames: readonly RgbImage[], settings: PatchSettings): NdData {
  if (frames.length > settings.temporalPatch)
    throw new CoreInputError(
      `temporal patch: expected at most ${settings.temporalPatch} frames, found ${frames.length}`,
    );
  return patchifyFrames(frames, settings).pixelValues;
}

/** Tokens of a grid after merging. */
export function mergedTokens([frames, rows, columns]: PatchGrid, mergeSize: number): number {
  return (frames * rows * columns) / mergeSize ** 2;
}

/** [3, 256]: what each byte of each colour becomes, in the reference's float32 steps: (byte − 255·mean) / (255·std). */
export function normalizationTable({ mean, std }: Pick<PatchSettings, "mean" | "std">): Float32Array {
  const table = new Float32Array(3 * 256);
  for (let colour = 0; colour < 3; colour++) {
    const centre = Math.fround(Math.fround(mean[colour] ?? 0) * 255);
    const scale = Math.fround(Math.fround(std[colour] ?? 1) * 255);
    for (let byte = 0; byte < 256; byte++) table[colour * 256 + byte] = Math.fround(byte - centre) / scale;
  }
  return table;
}

function rowLength({ temporalPatch, patch }: PatchSettings): number {
  return 3 * temporalPatch * patch * patch;
}

interface FrameOfPatch {
  readonly image: RgbImage;
  /** Place in the temporal patch. */
  readonly frame: number;
  readonly table: Float32Array;
}

/** Rows go by merged row, merged column, row and column inside; a row's elements by colour, frame, y, x. */
function writeFrame(out: Float32Array, { image, frame, table }: FrameOfPatch, settings: PatchSettings): void {
  const { patch, temporalPatch, mergeSize } = settings;
  const [block, plane] = [patch * mergeSize, patch * patch];
  const size = rowLength(settings);
  let row = frame * plane;
  for (let top = 0; top < image.height; top += block) {
    for (let left = 0; left < image.width; left += block) {
      for (let inside = 0; inside < mergeSize * mergeSize; inside++, row += size) {
        const y = top + Math.floor(inside / mergeSize) * patch;
        const x = left + (inside % mergeSize) * patch;
        for (let colour = 0; colour < 3; colour++) {
          const to = row + colour * temporalPatch * plane;
          writePlane(out.subarray(to, to + plane), image, {
            x,
            y,
            patch,
            colour: table.subarray(colour * 256),
            offset: colour,
          });
        }
      }
    }
  }
}

interface Plane {
  readonly x: number;
  readonly y: number;
  readonly patch: number;
  /** The table of this colour. */
  readonly colour: Float32Array;
  readonly offset: number;
}

function writePlane(out: Float32Array, { data, width }: RgbImage, { x, y, patch, colour, offset }: Plane): void {
  for (let row = 0; row < patch; row++) {
    const from = 3 * ((y + row) * width + x) + offset;
    for (let i = 0; i < patch; i++) out[row * patch + i] = colour[data[from + 3 * i] ?? 0] ?? 0;
  }
}

function checkFrames(frames: readonly RgbImage[], { patch, mergeSize }: PatchSettings): RgbImage {
  const [first] = frames;
  if (first === undefined) throw new CoreInputError("frames: expected at least 1, found none");
  const { width, height } = first;
  const block = patch * mergeSize;
  if (width < block || height < block || width % block !== 0 || height % block !== 0)
    throw new CoreInputError(`frames: expected sides that are multiples of ${block}, found ${width}×${height}`);
  for (const [i, frame] of frames.entries()) {
    if (frame.width !== width || frame.height !== height)
      throw new CoreInputError(
        `frame ${i}: expected ${width}×${height} pixels as the first, found ${frame.width}×${frame.height}`,
      );
    if (frame.data.length !== width * height * 3)
      throw new CoreInputError(`frame ${i}: expected ${width * height * 3} bytes, found ${frame.data.length}`);
  }
  return first;
}
