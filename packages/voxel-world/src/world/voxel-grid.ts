// A finite box of blocks with its acceleration structure for rays kept up to date by `set`.
// Knows nothing about how the blocks came there.
import { InputError } from "@dsr/env-bridge/contract";
import { liquidTable, solidTable } from "./blocks.js";
import { type BlockBytes, FreeLevel, openHigh, packFree, scanColumn, viewBlocks } from "./free-space.js";

/** Heights are kept in bytes, and 255 stands for the open sky. */
const maxSizeY = 254;

/**
 * Block ids, column by column: index = y + sizeY · (x + sizeX · z). World coordinates equal indices: the block
 * (x, y, z) fills [x, x+1) × [y, y+1) × [z, z+1) metres. Outside the box: solid below, air above and beside.
 * @throws InputError when a size is not a whole number of at least 1, or the height is above 254.
 */
export class VoxelGrid {
  readonly sizeX: number;
  readonly sizeY: number;
  readonly sizeZ: number;
  readonly blocks: Uint8Array;
  /** Free heights of columns, of 4 × 4 and of 16 × 16 tiles; see free-space.ts. */
  readonly columns: FreeLevel;
  readonly tiles4: FreeLevel;
  readonly tiles16: FreeLevel;
  /** The free heights of columns, 4 × 4 and 16 × 16 tiles one after another. */
  readonly pyramid: Int32Array;
  private readonly bytes: BlockBytes;

  constructor(sizeX: number, sizeY: number, sizeZ: number) {
    for (const size of [sizeX, sizeY, sizeZ]) {
      if (!Number.isInteger(size) || size < 1) throw new InputError(`grid size: expected whole numbers, found ${size}`);
    }
    if (sizeY > maxSizeY) throw new InputError(`grid height: expected at most ${maxSizeY}, found ${sizeY}`);
    this.sizeX = sizeX;
    this.sizeY = sizeY;
    this.sizeZ = sizeZ;
    this.blocks = new Uint8Array(sizeX * sizeY * sizeZ);
    const [w4, d4] = [Math.ceil(sizeX / 4), Math.ceil(sizeZ / 4)];
    const [w16, d16] = [Math.ceil(sizeX / 16), Math.ceil(sizeZ / 16)];
    this.pyramid = new Int32Array(sizeX * sizeZ + w4 * d4 + w16 * d16);
    this.columns = new FreeLevel(sizeX, sizeZ, this.pyramid, 0);
    this.tiles4 = new FreeLevel(w4, d4, this.pyramid, sizeX * sizeZ);
    this.tiles16 = new FreeLevel(w16, d16, this.pyramid, sizeX * sizeZ + w4 * d4);
    this.bytes = viewBlocks(this.blocks, sizeY);
    this.pyramid.fill(packFree(0, openHigh, 0));
  }

  isInside(x: number, y: number, z: number): boolean {
    return x >= 0 && x < this.sizeX && y >= 0 && y < this.sizeY && z >= 0 && z < this.sizeZ;
  }

  /** Index into `blocks` of integer coordinates inside the box. */
  index(x: number, y: number, z: number): number {
    return y + this.sizeY * (x + this.sizeX * z);
  }

  /** The block id at integer coordinates; air outside the box. */
  get(x: number, y: number, z: number): number {
    return this.isInside(x, y, z) ? (this.blocks[this.index(x, y, z)] ?? 0) : 0;
  }

  /** Changes one block; ignored outside the box. */
  set(x: number, y: number, z: number, id: number): void {
    if (!this.isInside(x, y, z)) return;
    this.blocks[this.index(x, y, z)] = id;
    this.columns.packed[x + this.sizeX * z] = scanColumn(this.bytes, this.index(x, 0, z));
    this.tiles4.cover(this.columns, x >> 2, z >> 2);
    this.tiles16.cover(this.tiles4, x >> 4, z >> 4);
  }

  /** Brings the acceleration structure up to date after many direct writes to `blocks`. */
  refresh(): void {
    const { columns, bytes, sizeY } = this;
    for (let i = 0; i < columns.packed.length; i++) columns.packed[i] = scanColumn(bytes, i * sizeY);
    this.tiles4.coverAll(columns);
    this.tiles16.coverAll(this.tiles4);
  }

  /** Whether a body cannot enter the block; everything below the box is solid. */
  isSolid(x: number, y: number, z: number): boolean {
    return y < 0 || solidTable[this.get(x, y, z)] === 1;
  }

  isLiquid(x: number, y: number, z: number): boolean {
    return liquidTable[this.get(x, y, z)] === 1;
  }
}
