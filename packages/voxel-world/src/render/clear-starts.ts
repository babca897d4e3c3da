// Depths up to which the rays of a row surely meet nothing, for short runs of pixels at a time.
// Knows nothing about blocks beyond the summary in clear-slopes.ts.
import type { VoxelGrid } from "../world/voxel-grid.js";
import type { View } from "./camera.js";
import { clearRings, clearSlopes } from "./clear-slopes.js";
import type { FrameBuffer } from "./frame-buffer.js";

/** Pixels share a start in runs of 2^segmentShift. */
export const segmentShift = 3;
/** Starts are drawn back by this share, far above rounding. */
const caution = 1 - 1e-9;

/** Start depths of one row at a time; rows must be entered from the top of the picture down. */
export class ClearStarts {
  /** Start depth of each run of pixels in the entered row, metres; 0 at the camera. */
  readonly depths: Float64Array;
  /** Rings that are clear for each run: rows further down fall more steeply, so it only shrinks. */
  private readonly rings: Int32Array;
  private readonly slopes: Float64Array;

  constructor(
    private readonly buffer: FrameBuffer,
    grid: VoxelGrid,
    private readonly view: View,
  ) {
    const segments = ((buffer.width - 1) >> segmentShift) + 1;
    const widest = buffer.v[buffer.height - 1] ?? 0;
    const edge = buffer.u[buffer.width - 1] ?? 0;
    const x = view.forwardX + widest * view.downX;
    const z = view.forwardZ + widest * view.downZ;
    const left = [x - edge * view.rightX, z - edge * view.rightZ] as const;
    const right = [x + edge * view.rightX, z + edge * view.rightZ] as const;
    this.slopes = clearSlopes({ grid, view, left, right });
    this.depths = new Float64Array(segments);
    this.rings = new Int32Array(segments).fill(clearRings);
  }

  /** Computes the start depths of a row whose rays fall. */
  enterRow(row: number): void {
    const { buffer, view, depths, rings, slopes } = this;
    const v = buffer.v[row] ?? 0;
    const x = view.forwardX + v * view.downX;
    const z = view.forwardZ + v * view.downZ;
    const fall = -(view.forwardY + v * view.downY);
    const ahead = x * x + z * z;
    for (let segment = 0; segment < depths.length; segment++) {
      const first = buffer.u[segment << segmentShift] ?? 0;
      const last = buffer.u[Math.min(buffer.width - 1, ((segment + 1) << segmentShift) - 1)] ?? 0;
      const least = first * last <= 0 ? 0 : Math.min(first * first, last * last);
      const most = Math.max(first * first, last * last);
      // Way over ground per metre of depth differs within the run: the slowest ray falls most steeply, the fastest
      // leaves the clear rings first.
      const steepest = fall / Math.sqrt(ahead + least + 1e-12);
      let ring = rings[segment] ?? 0;
      while (ring > 0 && (slopes[ring] ?? 0) <= steepest) ring--;
      rings[segment] = ring;
      depths[segment] = (caution * ring) / Math.sqrt(ahead + most);
    }
  }
}
