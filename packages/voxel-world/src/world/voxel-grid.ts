// A finite box of blocks with its acceleration structure for rays kept up to date by `set`.
// Knows nothing about how the blocks came there.
import { liquidTable, solidTable } from "./blocks.js";

/**
 * Block ids in x-fastest order: index = x + sizeX · (z + sizeZ · y). World coordinates equal indices: the block
 * (x, y, z) fills [x, x+1) × [y, y+1) × [z, z+1) metres. Outside the box: solid below, air above and beside.
 */
export class VoxelGrid {
  readonly sizeX: number;
  readonly sizeY: number;
  readonly sizeZ: number;
  readonly blocks: Uint8Array;

  constructor(sizeX: number, sizeY: number, sizeZ: number) {
    this.sizeX = sizeX;
    this.sizeY = sizeY;
    this.sizeZ = sizeZ;
    this.blocks = new Uint8Array(sizeX * sizeY * sizeZ);
  }

  isInside(x: number, y: number, z: number): boolean {
    return x >= 0 && x < this.sizeX && y >= 0 && y < this.sizeY && z >= 0 && z < this.sizeZ;
  }

  /** The block id at integer coordinates; air outside the box. */
  get(x: number, y: number, z: number): number {
    return this.isInside(x, y, z) ? (this.blocks[x + this.sizeX * (z + this.sizeZ * y)] ?? 0) : 0;
  }

  /** Changes one block; ignored outside the box. */
  set(x: number, y: number, z: number, id: number): void {
    if (this.isInside(x, y, z)) this.blocks[x + this.sizeX * (z + this.sizeZ * y)] = id;
  }

  /** Whether a body cannot enter the block; everything below the box is solid. */
  isSolid(x: number, y: number, z: number): boolean {
    return y < 0 || solidTable[this.get(x, y, z)] === 1;
  }

  isLiquid(x: number, y: number, z: number): boolean {
    return liquidTable[this.get(x, y, z)] === 1;
  }
}
