// A pinhole camera that fits a frame's points.
// Knows nothing about where the points come from.
import type { SceneReconstruction } from "./perceivers.js";

/** 3 × 3 in row order for pixels of the video, principal point in the middle; null when no point says anything. */
export function intrinsicsOf(
  scene: SceneReconstruction,
  frame: number,
  { width, height }: { readonly width: number; readonly height: number },
): readonly number[] | null {
  const found = scene.frames[frame];
  const sums = { x: [0, 0], y: [0, 0] } satisfies Record<string, [number, number]>;
  for (const [place, kept] of found?.kept.entries() ?? []) {
    const [x = 0, y = 0, z = 0] = found?.points.subarray(3 * place, 3 * place + 3) ?? [];
    if (kept === 0 || z <= 0) continue;
    const u = (((place % scene.width) + 0.5) / scene.width - 0.5) * width;
    const v = ((Math.floor(place / scene.width) + 0.5) / scene.height - 0.5) * height;
    addTo(sums.x, x / z, u);
    addTo(sums.y, y / z, v);
  }
  const [fx, fy] = [sums.x[1] / sums.x[0], sums.y[1] / sums.y[0]];
  return fx > 0 && fy > 0 && Number.isFinite(fx + fy) ? [fx, 0, width / 2, 0, fy, height / 2, 0, 0, 1] : null;
}

/** Sums of the least-squares fit pixel = focal length · slope. */
function addTo(sums: [number, number], slope: number, pixel: number): void {
  sums[0] += slope * slope;
  sums[1] += slope * pixel;
}
