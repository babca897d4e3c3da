// From what each pixel sees to the picture: textures, shade, water, fog and sky.
// Knows nothing about rays; fast and reference ray-casters share it.
import { blockTypes } from "../world/blocks.js";
import type { VoxelGrid } from "../world/voxel-grid.js";
import type { View } from "./camera.js";
import { pack } from "./color.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { type LitAtlas, shadeOffset } from "./lit-atlas.js";
import { type Atmosphere, skyEntries } from "./sky.js";
import { faceCount, faceTexels, mipOffsets } from "./textures/block-atlas.js";

const water = blockTypes.findIndex(({ name }) => name === "water");
const waterTexture = (water * faceCount + 2) * faceTexels;
/** Share of the water's own colour, in 256ths. */
const waterOpacity = 150;
/** Depths from which the next coarser mip is taken, in units of the depth where a texel covers a pixel. */
const mipSteps = [1.4, 2.8, 5.6, 11.2] as const;

export interface ComposeInput {
  readonly grid: VoxelGrid;
  readonly view: View;
  readonly atmosphere: Atmosphere;
  readonly lit: LitAtlas;
}

/** Writes height × width × 3 bytes. */
export function compose(rgb: Uint8Array, buffer: FrameBuffer, input: ComposeInput): void {
  paintAll(rgb, buffer, input);
  addWater(rgb, buffer, input);
}

/**
 * Colours blocks, bodies and sky. One function, because a method for each kind of pixel made whole pictures 7% slower
 * (64 × 64, best of 40 batches each, in turn).
 */
function paintAll(rgb: Uint8Array, buffer: FrameBuffer, { grid, view, atmosphere, lit }: ComposeInput): void {
  const { width, height, depth, face, column, instance, bodyColor, darkness, stretch, inverseStretch } = buffer;
  const { sky, fog, fogStart, fogEnd } = atmosphere;
  const texels = lit.texels;
  const columns = grid.columns.packed;
  const [mip1, mip2, mip3, mip4] = mipSteps.map((step) => (step * buffer.focal) / 16) as [
    number,
    number,
    number,
    number,
  ];
  const fogScale = 256 / (fogEnd - fogStart);
  const skyScale = (skyEntries - 1) / 2;
  const neighbours = Int32Array.of(1, -1, 0, 0, grid.sizeX, -grid.sizeX);
  let pixel = 0;
  for (let row = 0; row < height; row++) {
    const v = buffer.v[row] ?? 0;
    const rowX = view.forwardX + v * view.downX;
    const rowY = view.forwardY + v * view.downY;
    const rowZ = view.forwardZ + v * view.downZ;
    for (let col = 0; col < width; col++, pixel++) {
      const z = depth[pixel] ?? 0;
      let color: number;
      if (z === Infinity) {
        color = sky[(skyScale + rowY * skyScale * (inverseStretch[pixel] ?? 1)) | 0] ?? 0;
      } else {
        if (instance[pixel] !== 0) {
          color = bodyColor[pixel] ?? 0;
        } else {
          const seen = face[pixel] ?? 0;
          const side = (seen >> 8) & 7;
          const u = buffer.u[col] ?? 0;
          const x16 = 16 * (view.originX + z * (rowX + u * view.rightX));
          const y16 = 16 * (view.originY + z * rowY);
          const z16 = 16 * (view.originZ + z * (rowZ + u * view.rightZ));
          const across = side < 2 ? (side === 0 ? -z16 : z16) : side === 5 ? -x16 : x16;
          const down = side === 2 || side === 3 ? z16 : -y16;
          const mip = z < mip1 ? 0 : z < mip2 ? 1 : z < mip3 ? 2 : z < mip4 ? 3 : 4;
          const texelU = (Math.floor(across) & 15) >> mip;
          const texelV = (Math.floor(down) & 15) >> mip;
          let texel =
            ((seen & 255) * faceCount + side) * faceTexels + (mipOffsets[mip] ?? 0) + (texelV << (4 - mip)) + texelU;
          // The face lies in the shade where something stands above the air in front of it.
          const above = (columns[(column[pixel] ?? 0) + (neighbours[side] ?? 0)] ?? 0) >> 16;
          if (above > (seen >> 11) + (side === 2 ? 2 : 1)) texel += shadeOffset;
          color = texels[texel] ?? 0;
          const dark = darkness[pixel] ?? 0;
          if (dark !== 0) color = mix(color, 0, dark);
        }
        const fogginess = (z * (stretch[pixel] ?? 1) - fogStart) * fogScale;
        if (fogginess > 0) color = mix(color, fog, fogginess > 256 ? 256 : fogginess | 0);
      }
      rgb[3 * pixel] = color & 255;
      rgb[3 * pixel + 1] = (color >> 8) & 255;
      rgb[3 * pixel + 2] = color >> 16;
    }
  }
}

/** Lays the water's surface over what is seen through it. */
function addWater(rgb: Uint8Array, buffer: FrameBuffer, { view, atmosphere, lit }: ComposeInput): void {
  const { width, depth, waterDepth, stretch } = buffer;
  const { fog, fogStart, fogEnd } = atmosphere;
  for (let pixel = 0; pixel < depth.length; pixel++) {
    const z = waterDepth[pixel] ?? Infinity;
    if (!(z < (depth[pixel] ?? 0))) continue;
    const u = buffer.u[pixel % width] ?? 0;
    const v = buffer.v[Math.floor(pixel / width)] ?? 0;
    const x16 = Math.floor(16 * (view.originX + z * (view.forwardX + v * view.downX + u * view.rightX)));
    const z16 = Math.floor(16 * (view.originZ + z * (view.forwardZ + v * view.downZ + u * view.rightZ)));
    let ripple = lit.texels[waterTexture + ((z16 & 15) << 4) + (x16 & 15)] ?? 0;
    const fogginess = (z * (stretch[pixel] ?? 1) - fogStart) * (256 / (fogEnd - fogStart));
    if (fogginess > 0) ripple = mix(ripple, fog, fogginess > 256 ? 256 : fogginess | 0);
    const below = pack(rgb[3 * pixel] ?? 0, rgb[3 * pixel + 1] ?? 0, rgb[3 * pixel + 2] ?? 0);
    const color = mix(below, ripple, waterOpacity);
    rgb[3 * pixel] = color & 255;
    rgb[3 * pixel + 1] = (color >> 8) & 255;
    rgb[3 * pixel + 2] = color >> 16;
  }
}

/** Packed colours mixed: `amount` 256ths of `b`. */
function mix(a: number, b: number, amount: number): number {
  const rest = 256 - amount;
  const redBlue = ((a & 0xff00ff) * rest + (b & 0xff00ff) * amount) >>> 8;
  const green = ((a & 0xff00) * rest + (b & 0xff00) * amount) >>> 8;
  return (redBlue & 0xff00ff) | (green & 0xff00);
}
