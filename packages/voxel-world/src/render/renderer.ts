// Pictures of a scene: colour, depth and instances in one pass on the CPU.
// Knows nothing about tasks, time steps or observations.
import type { ImageSize } from "@dsr/env-bridge/contract";
import type { Camera, Scene } from "../world/scene.js";
import { viewOf } from "./camera.js";
import { compose } from "./compose.js";
import { drawBodies, drawBodiesReference } from "./draw-bodies.js";
import { FrameBuffer } from "./frame-buffer.js";
import { LitAtlas } from "./lit-atlas.js";
import { poseBodies } from "./pose-bodies.js";
import { castWorldReference } from "./reference-world.js";
import { castWorld } from "./fast-world.js";
import { atmosphereOf } from "./sky.js";

export interface RendererOptions {
  /** Height and width in pixels. */
  readonly size: ImageSize;
  readonly depth?: boolean | undefined;
  readonly segmentation?: boolean | undefined;
  /** Casts every ray the plain way: the same bytes, many times slower. For tests and comparisons. */
  readonly reference?: boolean | undefined;
}

/** Renders into arrays of its own, which the next `render` overwrites. */
export class Renderer {
  /** Height × width × 3. */
  readonly rgb: Uint8Array;
  /** Height × width: metres along the optical axis, +∞ for sky; seen through water. */
  readonly depth: Float32Array | undefined;
  /** Height × width: `id` of the body seen, 0 for the world. */
  readonly segmentation: Int32Array | undefined;
  private readonly buffer: FrameBuffer;
  private readonly reference: boolean;
  private readonly lit = new LitAtlas();

  /** @throws InputError when a side is not a whole number between 1 and 8192. */
  constructor({ size, depth, segmentation, reference }: RendererOptions) {
    this.reference = reference === true;
    this.buffer = new FrameBuffer(size);
    const pixels = this.buffer.width * this.buffer.height;
    this.rgb = new Uint8Array(3 * pixels);
    this.depth = depth === true ? new Float32Array(pixels) : undefined;
    this.segmentation = segmentation === true ? new Int32Array(pixels) : undefined;
  }

  /** Draws the scene; the result depends on the arguments alone, bit for bit. */
  render(scene: Scene, camera: Camera): void {
    const { buffer, lit } = this;
    const { grid, biome } = scene;
    const atmosphere = atmosphereOf(scene);
    buffer.setFov(camera.verticalFov);
    buffer.clear();
    lit.prepare(biome, atmosphere, Math.floor(scene.timeOfDay / 6) % 16);
    const view = viewOf(camera);
    const bodies = poseBodies(scene, view, { atmosphere, frame: this.reference ? undefined : buffer });
    const cast = this.reference ? castWorldReference : castWorld;
    const draw = this.reference ? drawBodiesReference : drawBodies;
    cast(buffer, { grid, view, reach: atmosphere.fogEnd });
    draw(buffer, bodies, view);
    compose(this.rgb, buffer, { grid, view, atmosphere, lit });
    this.depth?.set(buffer.depth);
    this.segmentation?.set(buffer.instance);
  }
}
