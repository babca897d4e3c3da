// Draws posed bodies and their shadows over the blocks that were cast before.
// Knows nothing about models, textures of blocks or fog.
import type { View } from "./camera.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { type GroundShadow, type PosedBodies, shadowReach } from "./pose-bodies.js";
import { BoundsBuilder, type PixelBounds, type PosedBox } from "./posed-box.js";

const topFace = 2;
/** Ground this little above the feet still takes the shadow, metres. */
const shadowSlack = 0.1;
const shadowDarkness = 130;

/** Draws the bodies; looks only at the pixels that may show them. */
export function drawBodies(buffer: FrameBuffer, { boxes, shadows }: PosedBodies, view: View): void {
  for (const shadow of shadows) {
    const bounds = shadowBounds(buffer, shadow, view);
    if (bounds !== undefined) eachPixel(buffer, bounds, (pixel) => castShadow(buffer, pixel, { shadow, view }));
  }
  for (const box of boxes) {
    const bounds = box.bounds(buffer);
    if (bounds !== undefined) drawBox(buffer, box, bounds);
  }
}

/** Draws the bodies the plain way: every shadow and every box on every pixel. */
export function drawBodiesReference(buffer: FrameBuffer, { boxes, shadows }: PosedBodies, view: View): void {
  const everywhere = { left: 0, right: buffer.width - 1, top: 0, bottom: buffer.height - 1 };
  for (const shadow of shadows) {
    eachPixel(buffer, everywhere, (pixel) => castShadow(buffer, pixel, { shadow, view }));
  }
  for (const box of boxes) drawBox(buffer, box, everywhere);
}

function drawBox(buffer: FrameBuffer, box: PosedBox, { left, right, top, bottom }: PixelBounds): void {
  const { depth, instance, bodyColor, width } = buffer;
  for (let row = top; row <= bottom; row++) {
    const v = buffer.v[row] ?? 0;
    for (let column = left; column <= right; column++) {
      const pixel = row * width + column;
      const met = box.meet(buffer.u[column] ?? 0, v, depth[pixel] ?? 0);
      if (met === Infinity) continue;
      depth[pixel] = met;
      instance[pixel] = box.id;
      bodyColor[pixel] = box.color;
    }
  }
}

function eachPixel(buffer: FrameBuffer, bounds: PixelBounds, visit: (pixel: number) => void): void {
  for (let row = bounds.top; row <= bounds.bottom; row++) {
    for (let column = bounds.left; column <= bounds.right; column++) visit(row * buffer.width + column);
  }
}

interface ShadowCast {
  readonly shadow: GroundShadow;
  readonly view: View;
}

/** Darkens a pixel that shows the top of a block near the body's feet, most in the middle of the blob. */
function castShadow(buffer: FrameBuffer, pixel: number, { shadow, view }: ShadowCast): void {
  const seen = buffer.face[pixel] ?? -1;
  if (seen < 0 || ((seen >> 8) & 7) !== topFace) return;
  const depth = buffer.depth[pixel] ?? 0;
  const u = buffer.u[pixel % buffer.width] ?? 0;
  const v = buffer.v[Math.floor(pixel / buffer.width)] ?? 0;
  const x = view.originX + depth * (view.forwardX + v * view.downX + u * view.rightX) - shadow.x;
  const z = view.originZ + depth * (view.forwardZ + v * view.downZ + u * view.rightZ) - shadow.z;
  const y = (seen >> 11) + 1 - shadow.y;
  const distance = (x * x + z * z) / (shadow.radius * shadow.radius);
  if (distance >= 1 || y > shadowSlack || y < -shadowReach) return;
  const darkness = Math.floor(shadowDarkness * (1 - distance * distance));
  if (darkness > (buffer.darkness[pixel] ?? 0)) buffer.darkness[pixel] = darkness;
}

/** The pixels that may show a shadow's ground. */
function shadowBounds(buffer: FrameBuffer, shadow: GroundShadow, view: View): PixelBounds | undefined {
  const bounds = new BoundsBuilder(buffer);
  for (let corner = 0; corner < 8; corner++) {
    const x = shadow.x + ((corner & 1) === 0 ? -shadow.radius : shadow.radius) - view.originX;
    const y = shadow.y + ((corner & 2) === 0 ? -shadowReach : shadowSlack) - view.originY;
    const z = shadow.z + ((corner & 4) === 0 ? -shadow.radius : shadow.radius) - view.originZ;
    bounds.add(
      x * view.rightX + z * view.rightZ,
      x * view.downX + y * view.downY + z * view.downZ,
      x * view.forwardX + y * view.forwardY + z * view.forwardZ,
    );
  }
  return bounds.build();
}
