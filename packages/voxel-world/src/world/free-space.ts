// Where a ray can pass without looking at blocks: per column, 4 × 4 tile and 16 × 16 tile, which heights hold only air.
// Knows nothing about rays or block types; it only tells air (0) from everything else.

/** `high` of a gap that is open to the sky. */
export const openHigh = 255;

/** Free heights of a column or tile: [low, high) and everything from `top` up are air; packed low | high << 8 | top << 16. */
export function packFree(low: number, high: number, top: number): number {
  return low | (high << 8) | (top << 16);
}

/** Blocks of a grid, byte by byte and, where columns start at whole words, four at a time. */
export interface BlockBytes {
  readonly blocks: Uint8Array;
  /** The same memory; empty when the height is not a multiple of 4. */
  readonly words: Int32Array;
  readonly sizeY: number;
}

/** Views blocks whose columns are `sizeY` bytes long. */
export function viewBlocks(blocks: Uint8Array, sizeY: number): BlockBytes {
  const words =
    sizeY % 4 === 0 ? new Int32Array(blocks.buffer, blocks.byteOffset, blocks.length >> 2) : new Int32Array();
  return { blocks, words, sizeY };
}

/**
 * Free heights of the column whose block ids start at `base`: `top` is above its highest block, the gap is its largest
 * run of air below that, or the open sky where there is none.
 */
export function scanColumn({ blocks, words, sizeY }: BlockBytes, base: number): number {
  // Without words both word loops end at once.
  let top = sizeY;
  while (top > 0 && words[(base + top - 4) >> 2] === 0) top -= 4;
  while (top > 0 && blocks[base + top - 1] === 0) top--;
  let low = top;
  let high = openHigh;
  let longest = 0;
  let y = top - 1;
  while (y > longest) {
    while (y >= 0 && blocks[base + y] !== 0) {
      y--;
      while ((y & 3) === 3 && hasNoAir(words[(base + y) >> 2] ?? 0)) y -= 4;
    }
    const end = y + 1;
    while (y >= 0 && blocks[base + y] === 0) y--;
    if (end - (y + 1) > longest) {
      longest = end - (y + 1);
      low = y + 1;
      high = end;
    }
  }
  return packFree(low, high, top);
}

/** Whether none of a word's four bytes is 0. */
function hasNoAir(word: number): boolean {
  return ((word - 0x01010101) & ~word & 0x80808080) === 0;
}

/** One level of square tiles over a finer level; a tile's free heights are free in every finer cell. */
export class FreeLevel {
  readonly width: number;
  readonly depth: number;
  /** Packed free heights, index x + width · z. */
  readonly packed: Int32Array;

  /** Packs into `storage` from `offset` on. */
  constructor(width: number, depth: number, storage: Int32Array = new Int32Array(width * depth), offset = 0) {
    this.width = width;
    this.depth = depth;
    this.packed = storage.subarray(offset, offset + width * depth);
  }

  /** Recomputes all tiles from a level four times finer. */
  coverAll(finer: FreeLevel): void {
    for (let z = 0; z < this.depth; z++) {
      for (let x = 0; x < this.width; x++) this.cover(finer, x, z);
    }
  }

  /** Recomputes one tile from a level four times finer. */
  cover(finer: FreeLevel, x: number, z: number): void {
    const endX = Math.min(4 * x + 4, finer.width);
    const endZ = Math.min(4 * z + 4, finer.depth);
    let low = 0;
    let high = openHigh;
    let top = 0;
    for (let fz = 4 * z; fz < endZ; fz++) {
      for (let fx = 4 * x; fx < endX; fx++) {
        const free = finer.packed[fx + finer.width * fz] ?? 0;
        low = Math.max(low, free & 255);
        high = Math.min(high, (free >> 8) & 255);
        top = Math.max(top, free >> 16);
      }
    }
    this.packed[x + this.width * z] = packFree(low, high, top);
  }
}
