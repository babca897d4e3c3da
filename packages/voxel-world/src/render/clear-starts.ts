// Depths up to which the rays of a row surely meet nothing, for short runs of pixels at a time.
// Knows nothing about blocks beyond the summary in clear-sectors.ts.
import type { VoxelGrid } from "../world/voxel-grid.js";
import type { View } from "./camera.js";
import { clearRings, ClearSectors, heightMargin, sectorCount, sectorPlace } from "./clear-sectors.js";
import type { FrameBuffer } from "./frame-buffer.js";
import { notZero } from "./reference-world.js";

/** Pixels share a start in runs of 2^runShift. */
export const runShift = 2;
/** Starts are drawn back by this share, far above rounding. */
const caution = 1 - 1e-9;
/** Rays that cover less ground than this per metre of depth all start at the camera. */
const leastAhead = 1e-3;
const stride = clearRings + 1;

/** Start depths of one row at a time; rows must be entered from the top of the picture down. */
export class ClearStarts {
  /** Start depth of each run of pixels in the entered row, metres: 0 at the camera, +∞ for sky. */
  readonly depths: Float64Array;
  /** The height down to which all rays of the run surely meet nothing, a whole number; 0 where it is not known. */
  readonly planes: Int32Array;
  private readonly sectors = new ClearSectors();
  /** Clear rings of each sector; while rows rise they only grow, while rows fall they only shrink. */
  private readonly rings = new Int32Array(sectorCount);
  private readonly sectorDepths = new Float64Array(sectorCount);
  private readonly sectorPlanes = new Int32Array(sectorCount);
  /** Metres ahead per metre over ground of each sector's ray that is nearest to straight ahead, and furthest from it. */
  private readonly mostAhead = Float64Array.from({ length: sectorCount }, (_, i) => Math.max(...aheadAtEdges(i)));
  private readonly leastAhead = Float64Array.from({ length: sectorCount }, (_, i) => Math.min(...aheadAtEdges(i)));
  private firstSector = 0;
  private lastSector = sectorCount - 1;
  private isRising = true;
  private eye = 0;
  private headingX = 0;
  private headingZ = 1;

  constructor(private readonly buffer: FrameBuffer) {
    const runs = ((buffer.width - 1) >> runShift) + 1;
    this.depths = new Float64Array(runs);
    this.planes = new Int32Array(runs);
  }

  /** Looks at the world from a new place. */
  prepare(grid: VoxelGrid, view: View): void {
    const { u, v, width, height, focal } = this.buffer;
    this.eye = view.originY;
    this.headingX = view.rightZ;
    this.headingZ = -view.rightX;
    const ahead = Math.min(this.aheadOf(view, v[0] ?? 0), this.aheadOf(view, v[height - 1] ?? 0));
    const edge = (u[width - 1] ?? 0) + 0.5 / focal;
    const isSteep = ahead < leastAhead;
    this.lastSector = isSteep
      ? sectorCount - 1
      : Math.min(sectorCount - 1, Math.floor(sectorPlace(ahead, edge) + 1e-9));
    this.firstSector = sectorCount - 1 - this.lastSector;
    this.isRising = true;
    this.rings.fill(0);
    const spread = isSteep ? Infinity : edge / ahead;
    this.sectors.survey(grid, { view, spread, firstSector: this.firstSector, lastSector: this.lastSector });
  }

  /** Computes the starts of a row. */
  enterRow(view: View, row: number): void {
    const v = this.buffer.v[row] ?? 0;
    const ahead = this.aheadOf(view, v);
    if (ahead < leastAhead) {
      this.depths.fill(0);
      this.planes.fill(0);
      return;
    }
    const climb = notZero(view.forwardY + v * view.downY) / ahead;
    if (climb > 0) this.rise(climb, ahead);
    else this.fall(-climb, ahead);
    this.spread(ahead);
  }

  /** Ground covered straight ahead per metre of depth. */
  private aheadOf(view: View, v: number): number {
    return (view.forwardX + v * view.downX) * this.headingX + (view.forwardZ + v * view.downZ) * this.headingZ;
  }

  /** Starts of rays that rise by `climb` metres per metre ahead: above all that stands around, or the last clear ring. */
  private rise(climb: number, ahead: number): void {
    const { rings, sectorDepths, mostAhead } = this;
    const { rises, horizon } = this.sectors;
    const scale = caution / ahead;
    for (let i = this.firstSector; i <= this.lastSector; i++) {
      const perMetre = this.leastAhead[i] ?? 0;
      const steepest = climb * (mostAhead[i] ?? 0);
      let ring = rings[i] ?? 0;
      while (ring < clearRings && (rises[i * stride + ring + 1] ?? 0) > steepest) ring++;
      rings[i] = ring;
      sectorDepths[i] = climb * perMetre > (horizon[i] ?? 0) ? Infinity : scale * ring * perMetre;
    }
  }

  /**
   * Starts of rays that fall by `drop` metres per metre ahead: the last clear ring, or within the next one the height of
   * what stands there.
   */
  private fall(drop: number, ahead: number): void {
    const { rings, sectorDepths, sectorPlanes, mostAhead, eye } = this;
    const { falls } = this.sectors;
    if (this.isRising) rings.fill(clearRings);
    this.isRising = false;
    const scale = caution / ahead;
    const perDrop = 1 / drop;
    for (let i = this.firstSector; i <= this.lastSector; i++) {
      const steepest = drop * (mostAhead[i] ?? 0);
      let ring = rings[i] ?? 0;
      while (ring > 0 && (falls[i * stride + ring] ?? 0) <= steepest) ring--;
      rings[i] = ring;
      const perMetre = this.leastAhead[i] ?? 0;
      const height = (ring + 1) * (falls[i * stride + ring + 1] ?? 0);
      const isLow = ring < clearRings && height > 0;
      const way = isLow ? (height + 2 * heightMargin) * perDrop : Infinity;
      const isWithin = way < caution * (ring + 1) * perMetre;
      sectorDepths[i] = scale * (isWithin ? Math.max(height * perDrop, ring * perMetre) : ring * perMetre);
      sectorPlanes[i] = isWithin ? Math.max(0, Math.round(eye - height)) : 0;
    }
  }

  /** Gives each run of pixels the least depth of the sectors it lies in, and their height if they agree on it. */
  private spread(ahead: number): void {
    const { depths, planes, sectorDepths, sectorPlanes, isRising } = this;
    const { u, width } = this.buffer;
    const half = 0.5 / this.buffer.focal;
    let left = Math.floor(sectorPlace(ahead, (u[0] ?? 0) - half));
    for (let run = 0; run < depths.length; run++) {
      const lastPixel = Math.min(width, (run + 1) << runShift) - 1;
      const right = Math.floor(sectorPlace(ahead, (u[lastPixel] ?? 0) + half));
      let least = sectorDepths[left] ?? 0;
      let plane = isRising ? 0 : (sectorPlanes[left] ?? 0);
      for (let i = left + 1; i <= right; i++) {
        const depth = sectorDepths[i] ?? 0;
        if (depth < least) least = depth;
        if (sectorPlanes[i] !== plane) plane = 0;
      }
      depths[run] = least;
      planes[run] = plane;
      left = right;
    }
  }
}

/** Metres ahead per metre over ground at the two edges of a sector. */
function aheadAtEdges(sector: number): readonly number[] {
  return [sector, sector + 1].map((place) => {
    const turn = Math.abs((2 * place) / sectorCount - 1);
    return (1 - turn) / Math.sqrt((1 - turn) * (1 - turn) + turn * turn);
  });
}
