// What each pixel sees: the block face or body, its depth, and the water in front of it.
// Knows nothing about how rays are traced, nor about colours of blocks.
import { InputError, type ImageSize } from "@dsr/env-bridge/contract";
import { focalLength } from "./camera.js";

const maxSide = 8192;

/** One picture's working memory, in row order, and the image-plane coordinates of its pixels. */
export class FrameBuffer {
  readonly width: number;
  readonly height: number;
  /** Depth along the optical axis in metres; +∞ for sky. */
  readonly depth: Float64Array;
  /** The block face seen: block | face << 8 | y << 11 (faces +x, −x, +y, −y, +z, −z); −1 for sky. */
  readonly face: Int32Array;
  /** Column of that block: x + sizeX · z. */
  readonly column: Int32Array;
  /** Depth of the water surface in front; +∞ where there is none. */
  readonly waterDepth: Float64Array;
  /** Instance ids; 0 is the world. */
  readonly instance: Int32Array;
  /** Lit colour of the body seen, packed red | green << 8 | blue << 16; only where `instance` is not 0. */
  readonly bodyColor: Int32Array;
  /** Darkness of the bodies' shadows on the ground, 0 to 255. */
  readonly darkness: Uint8Array;
  /** Image-plane coordinates of columns and rows, at pixel centres. */
  readonly u: Float64Array;
  readonly v: Float64Array;
  /** Length of each pixel's ray direction: metres of way per metre of depth. */
  readonly stretch: Float64Array;
  /** Metres of depth per metre of way. */
  readonly inverseStretch: Float64Array;
  focal = 0;
  private verticalFov = 0;

  /** @throws InputError when a side is not a whole number between 1 and 8192. */
  constructor([height, width]: ImageSize) {
    for (const side of [height, width]) {
      if (!Number.isInteger(side) || side < 1 || side > maxSide) {
        throw new InputError(`image size: expected whole numbers from 1 to ${maxSide}, found [${height}, ${width}]`);
      }
    }
    const pixels = width * height;
    this.width = width;
    this.height = height;
    this.depth = new Float64Array(pixels);
    this.face = new Int32Array(pixels);
    this.column = new Int32Array(pixels);
    this.waterDepth = new Float64Array(pixels);
    this.instance = new Int32Array(pixels);
    this.bodyColor = new Int32Array(pixels);
    this.darkness = new Uint8Array(pixels);
    this.u = new Float64Array(width);
    this.v = new Float64Array(height);
    this.stretch = new Float64Array(pixels);
    this.inverseStretch = new Float64Array(pixels);
  }

  /** Forgets the last picture. The world's casters write depth, face and column of every pixel themselves. */
  clear(): void {
    this.waterDepth.fill(Infinity);
    this.instance.fill(0);
    this.darkness.fill(0);
  }

  /** Places the pixels on the image plane; cheap when the field of view is as before. */
  setFov(verticalFov: number): void {
    if (verticalFov === this.verticalFov) return;
    this.focal = focalLength(verticalFov, this.height);
    this.verticalFov = verticalFov;
    for (let x = 0; x < this.width; x++) this.u[x] = (x + 0.5 - this.width / 2) / this.focal;
    for (let y = 0; y < this.height; y++) this.v[y] = (y + 0.5 - this.height / 2) / this.focal;
    for (let i = 0; i < this.stretch.length; i++) {
      const u = this.u[i % this.width] ?? 0;
      const v = this.v[Math.floor(i / this.width)] ?? 0;
      const length = Math.sqrt(1 + u * u + v * v);
      this.stretch[i] = length;
      this.inverseStretch[i] = 1 / length;
    }
  }
}
