// All block textures with their mips in one array, painted once per biome.
// Knows nothing about light.
import { type BlockName, blockTypes } from "../../world/blocks.js";
import type { BiomeName } from "../../world/scene.js";
import { pack, packRgb } from "../color.js";
import { type BlockSide, blockPainters } from "./block-painters.js";

/** Texels along a block's edge. */
export const texelsPerBlock = 16;
/** Texels of one face: 16² and its mips 8², 4², 2², 1². */
export const faceTexels = 341;
/** Where each mip level starts within a face. */
export const mipOffsets = Int32Array.of(0, 256, 320, 336, 340);
/** Faces in the order +x, −x, +y, −y, +z, −z. */
export const faceCount = 6;
export const blockAtlasLength = blockTypes.length * faceCount * faceTexels;

const sides: readonly BlockSide[] = ["side", "side", "top", "bottom", "front", "front"];
const atlases = new Map<BiomeName, Int32Array>();

/** Packed colours; index (block · 6 + face) · 341 + mip offset + row · side + column. */
export function blockAtlas(biome: BiomeName): Int32Array {
  const known = atlases.get(biome);
  if (known !== undefined) return known;
  const atlas = new Int32Array(blockAtlasLength);
  blockTypes.forEach(({ name }, id) => paintBlock(atlas, { id, name, biome }));
  atlases.set(biome, atlas);
  return atlas;
}

interface BlockToPaint {
  readonly id: number;
  readonly name: BlockName;
  readonly biome: BiomeName;
}

function paintBlock(atlas: Int32Array, { id, name, biome }: BlockToPaint): void {
  const paint = blockPainters[name];
  sides.forEach((side, face) => {
    const base = (id * faceCount + face) * faceTexels;
    for (let v = 0; v < texelsPerBlock; v++) {
      for (let u = 0; u < texelsPerBlock; u++) {
        atlas[base + v * texelsPerBlock + u] = packRgb(paint({ side, u, v, biome }));
      }
    }
    for (let level = 1; level < mipOffsets.length; level++) shrink(atlas, base, level);
  });
}

function shrink(atlas: Int32Array, base: number, level: number): void {
  const side = texelsPerBlock >> level;
  const from = base + (mipOffsets[level - 1] ?? 0);
  const to = base + (mipOffsets[level] ?? 0);
  for (let v = 0; v < side; v++) {
    for (let u = 0; u < side; u++) {
      const corner = from + 2 * v * 2 * side + 2 * u;
      atlas[to + v * side + u] = average([corner, corner + 1, corner + 2 * side, corner + 2 * side + 1], atlas);
    }
  }
}

function average(indices: readonly number[], atlas: Int32Array): number {
  const sum = [0, 0, 0];
  for (const index of indices) {
    const color = atlas[index] ?? 0;
    for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + ((color >> (8 * c)) & 255);
  }
  const [red = 0, green = 0, blue = 0] = sum;
  return pack(red / indices.length, green / indices.length, blue / indices.length);
}
