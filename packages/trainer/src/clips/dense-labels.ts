// Dense labels of one frame: for each small cell of the picture the distance, and the object that fills it.
// Knows nothing about scenes or models.
import { type NdArray } from "@dsr/env-bridge";

/** Side of a cell in pixels. */
export const cellSize = 4;

/** Depths are kept as bytes on a logarithmic scale between these distances, metres. */
export const nearestDepth = 0.5;
export const farthestDepth = 128;

const logRange = Math.log(farthestDepth / nearestDepth);

/** The byte of a distance in metres. */
export function depthByte(metres: number): number {
  const clamped = Math.min(Math.max(metres, nearestDepth), farthestDepth);
  return Math.round((255 * Math.log(clamped / nearestDepth)) / logRange);
}

/** The natural logarithm of the distance (metres) that a byte stands for. */
export function logDepthOf(byte: number): number {
  return Math.log(nearestDepth) + (byte / 255) * logRange;
}

/** Cells row by row: bytes of distances, and instance ids (0 for none). */
export interface DenseFrame {
  readonly depths: Uint8Array;
  readonly instances: Uint32Array;
}

/** Pixels of an object that make a cell the object's. */
const leastShare = cellSize;

/** Labels of a frame from depth (metres, float32 [height, width]) and instance ids [height, width]; sides divide by 4. */
export function denseFrame(depth: NdArray, segmentation: NdArray): DenseFrame {
  const [height = 0, width = 0] = depth.shape;
  const [rows, columns] = [Math.floor(height / cellSize), Math.floor(width / cellSize)];
  const depths = new Uint8Array(rows * columns);
  const instances = new Uint32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = readCell(depth, segmentation, { left: column * cellSize, top: row * cellSize, width });
      depths[row * columns + column] = depthByte(cell.depth);
      instances[row * columns + column] = cell.instance;
    }
  }
  return { depths, instances };
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

function readCell(depth: NdArray, segmentation: NdArray, { left, top, width }: Place) {
  const counts = new Map<number, { pixels: number; depth: number }>();
  for (let y = top; y < top + cellSize; y++) {
    for (let x = left; x < left + cellSize; x++) {
      const at = y * width + x;
      const id = Number(segmentation.data[at] ?? 0);
      const count = counts.get(id) ?? { pixels: 0, depth: 0 };
      count.pixels++;
      count.depth += Math.min(Number(depth.data[at] ?? farthestDepth), farthestDepth);
      counts.set(id, count);
    }
  }
  let instance = 0;
  let most = leastShare - 1;
  for (const [id, { pixels }] of counts) if (id !== 0 && pixels > most) [instance, most] = [id, pixels];
  const chosen = counts.get(instance) ?? { pixels: 1, depth: farthestDepth };
  return { instance, depth: chosen.depth / chosen.pixels };
}
