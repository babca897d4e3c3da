// One textured box of a body in front of the camera: where a ray meets it and which colour it sees there.
// Knows nothing about models or animation; both ray-casters share its arithmetic, so that they agree to the last bit.
import type { View } from "./camera.js";
import { type Light, litColor } from "./color.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { type PaintedBox, glowFlag, opaqueFlag } from "./models/model-of.js";
import { type Transform, dot } from "./transform.js";

/** Nothing nearer than this is drawn, metres of depth. */
const nearDepth = 0.05;

/** A box with the camera in the box's own axes, so that rays meet axis-aligned faces. */
export class PosedBox {
  readonly id: number;
  private readonly box: PaintedBox;
  private readonly originX: number;
  private readonly originY: number;
  private readonly originZ: number;
  private readonly forward: readonly [number, number, number];
  private readonly right: readonly [number, number, number];
  private readonly down: readonly [number, number, number];
  private readonly lights: readonly Light[];
  /** Set by `meet` when it returns a finite depth. */
  color = 0;

  constructor({ id, box, transform, view, light }: PosedBoxOptions) {
    const away = [
      view.originX - transform.shift[0],
      view.originY - transform.shift[1],
      view.originZ - transform.shift[2],
    ] as const;
    this.id = id;
    this.box = box;
    this.originX = dot(transform.x, away);
    this.originY = dot(transform.y, away);
    this.originZ = dot(transform.z, away);
    this.forward = toLocal(transform, [view.forwardX, view.forwardY, view.forwardZ]);
    this.right = toLocal(transform, [view.rightX, 0, view.rightZ]);
    this.down = toLocal(transform, [view.downX, view.downY, view.downZ]);
    this.lights = faceLights(transform, light);
  }

  /**
   * Depth where the ray through image point (u, v) enters the box; +∞ when it misses, when that is at `limit` or
   * beyond, or when what it meets is clear.
   */
  meet(u: number, v: number, limit: number): number {
    const { forward, right, down } = this;
    const { low, high } = this.box;
    const dx = notTiny(forward[0] + v * down[0] + u * right[0]);
    const dy = notTiny(forward[1] + v * down[1] + u * right[1]);
    const dz = notTiny(forward[2] + v * down[2] + u * right[2]);
    const enterX = ((dx > 0 ? low[0] : high[0]) - this.originX) / dx;
    const enterY = ((dy > 0 ? low[1] : high[1]) - this.originY) / dy;
    const enterZ = ((dz > 0 ? low[2] : high[2]) - this.originZ) / dz;
    const depth = enterX > enterY ? (enterX > enterZ ? enterX : enterZ) : enterY > enterZ ? enterY : enterZ;
    if (depth < nearDepth || depth >= limit) return Infinity;
    const x = this.originX + depth * dx;
    const y = this.originY + depth * dy;
    const z = this.originZ + depth * dz;
    const face = depth === enterX ? (dx > 0 ? 1 : 0) : depth === enterY ? (dy > 0 ? 3 : 2) : dz > 0 ? 5 : 4;
    if (face > 1 && (x < low[0] || x > high[0])) return Infinity;
    if (face !== 2 && face !== 3 && (y < low[1] || y > high[1])) return Infinity;
    if (face < 4 && (z < low[2] || z > high[2])) return Infinity;
    const texel = this.texelAt(face, [x, y, z]);
    if ((texel & opaqueFlag) === 0) return Infinity;
    const light = this.lights[(texel & glowFlag) !== 0 ? 6 : face];
    this.color = light === undefined ? 0 : litColor(texel, light);
    return depth;
  }

  private texelAt(face: number, [x, y, z]: readonly [number, number, number]): number {
    const { size, low, high, texels } = this.box;
    const [w, h, d] = size;
    const alongX = cellOf(x, low[0], high[0], w);
    const alongY = h - 1 - cellOf(y, low[1], high[1], h);
    const alongZ = cellOf(z, low[2], high[2], d);
    switch (face) {
      case 0:
        return texels[alongY * d + (d - 1 - alongZ)] ?? 0;
      case 1:
        return texels[d * h + alongY * d + alongZ] ?? 0;
      case 2:
        return texels[2 * d * h + alongZ * w + alongX] ?? 0;
      case 3:
        return texels[2 * d * h + w * d + (d - 1 - alongZ) * w + alongX] ?? 0;
      case 4:
        return texels[2 * d * (h + w) + alongY * w + alongX] ?? 0;
      default:
        return texels[2 * d * (h + w) + w * h + alongY * w + (w - 1 - alongX)] ?? 0;
    }
  }

  /** The pixels that may show the box; undefined when it is behind the camera or beside the picture. */
  bounds(buffer: FrameBuffer): PixelBounds | undefined {
    const { low, high } = this.box;
    const bounds = new BoundsBuilder(buffer);
    for (let corner = 0; corner < 8; corner++) {
      const away = [
        ((corner & 1) === 0 ? low[0] : high[0]) - this.originX,
        ((corner & 2) === 0 ? low[1] : high[1]) - this.originY,
        ((corner & 4) === 0 ? low[2] : high[2]) - this.originZ,
      ] as const;
      bounds.add(dot(this.right, away), dot(this.down, away), dot(this.forward, away));
    }
    return bounds.build();
  }
}

export interface PosedBoxOptions {
  /** Instance id. */
  readonly id: number;
  readonly box: PaintedBox;
  readonly transform: Transform;
  readonly view: View;
  /** Multipliers of the light around the body, 1 = as painted. */
  readonly light: readonly [number, number, number];
}

/** First and last columns and rows, inclusive. */
export interface PixelBounds {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Collects projected corners; once one is beside the camera the whole picture is taken. */
export class BoundsBuilder {
  private left = Infinity;
  private right = -Infinity;
  private top = Infinity;
  private bottom = -Infinity;
  private behind = 0;
  private corners = 0;

  constructor(private readonly buffer: FrameBuffer) {}

  /** Adds a corner in camera axes. */
  add(x: number, y: number, z: number): void {
    this.corners++;
    if (z < nearDepth) {
      this.behind++;
      return;
    }
    const column = (x / z) * this.buffer.focal + this.buffer.width / 2;
    const row = (y / z) * this.buffer.focal + this.buffer.height / 2;
    this.left = Math.min(this.left, column);
    this.right = Math.max(this.right, column);
    this.top = Math.min(this.top, row);
    this.bottom = Math.max(this.bottom, row);
  }

  /** The bounds with one pixel to spare. */
  build(): PixelBounds | undefined {
    const { width, height } = this.buffer;
    if (this.behind === this.corners) return undefined;
    if (this.behind > 0) return { left: 0, right: width - 1, top: 0, bottom: height - 1 };
    const left = Math.max(0, Math.floor(this.left) - 1);
    const right = Math.min(width - 1, Math.ceil(this.right));
    const top = Math.max(0, Math.floor(this.top) - 1);
    const bottom = Math.min(height - 1, Math.ceil(this.bottom));
    return left > right || top > bottom ? undefined : { left, right, top, bottom };
  }
}

function toLocal(transform: Transform, vector: readonly [number, number, number]): readonly [number, number, number] {
  return [dot(transform.x, vector), dot(transform.y, vector), dot(transform.z, vector)];
}

function notTiny(x: number): number {
  return x > -1e-12 && x < 1e-12 ? 1e-12 : x;
}

function cellOf(x: number, low: number, high: number, cells: number): number {
  const cell = Math.floor(((x - low) / (high - low)) * cells);
  return cell < 0 ? 0 : cell >= cells ? cells - 1 : cell;
}

/** Light on the six faces by where they look (as for blocks: top 1, bottom ½, z 0.8, x 0.6), and plain light for glow. */
function faceLights(transform: Transform, [red, green, blue]: readonly [number, number, number]): readonly Light[] {
  const lights: Light[] = [];
  for (const axis of [transform.x, transform.y, transform.z]) {
    for (const sign of [1, -1]) {
      const vertical = axis[1] * sign > 0 ? 1 : 0.5;
      const brightness = 0.6 * axis[0] * axis[0] + vertical * axis[1] * axis[1] + 0.8 * axis[2] * axis[2];
      const scale = 256 * brightness;
      lights.push({
        red: Math.floor(red * scale),
        green: Math.floor(green * scale),
        blue: Math.floor(blue * scale),
      });
    }
  }
  lights.push({ red: 256, green: 256, blue: 256 });
  return lights;
}
