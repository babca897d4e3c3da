// Exact 4D clues from the observations of an embedded world.
// Knows nothing about how a scene is filmed.
import {
  type Box,
  type ClueFrame,
  type ClueObject,
  type Clues,
  cluesFormat,
  cluesFormatVersion,
  type Rotation,
  type Sighting,
} from "@dsr/dsr-core/geometry";
import type { SceneEntity, SceneObservation } from "./scene-observation.js";

/** Files keep lengths to 10 µm and rotations to a millionth. */
function rounded(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor + 0;
}

/** Pixels and box of every instance id in a frame. */
interface Extent {
  pixels: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Collects sampled frames of one clip. */
export class ClueCollector {
  readonly #frames: ClueFrame[] = [];
  readonly #leastPixels: number;
  readonly #objects = new Map<number, { readonly first: SceneEntity; readonly sightings: (Sighting | null)[] }>();

  /** @param leastPixels fewer pixels than this do not count as seen */
  constructor(leastPixels: number) {
    this.#leastPixels = leastPixels;
  }

  /** Takes one frame; `timestamp` in seconds. */
  add(scene: SceneObservation, timestamp: number): void {
    const frame = this.#frames.length;
    this.#frames.push({
      timestamp: rounded(timestamp, 3),
      pose: scene.pose.map((value, i) => rounded(value, i % 4 === 3 ? 5 : 6)),
      intrinsics: scene.intrinsics.map((value) => rounded(value, 4)),
    });
    const extents = extentsOf(scene);
    for (const entity of scene.entities) {
      if (entity.isDead) continue;
      const known = this.#objects.get(entity.id) ?? { first: entity, sightings: Array<null>(frame).fill(null) };
      this.#objects.set(entity.id, known);
      known.sightings.push(sightingOf(entity, extents.get(entity.id), this.#leastPixels));
    }
    for (const { sightings } of this.#objects.values()) if (sightings.length === frame) sightings.push(null);
  }

  /** The clues of all frames. Objects that are never seen are left out. */
  finish(video: Clues["video"]): Clues {
    const objects = [...this.#objects]
      .map(([id, { first, sightings }]): ClueObject => ({ id: String(id), ...classOf(first.kind), sightings }))
      .filter(({ sightings }) => sightings.some((sighting) => sighting !== null && sighting.visibility > 0));
    return {
      format: cluesFormat,
      formatVersion: cluesFormatVersion,
      video,
      unit: "metre",
      source: { name: "voxel-world", precision: "exact" },
      frames: this.#frames,
      objects,
    };
  }
}

function classOf(kind: string): { readonly class: string; readonly isAgent: boolean } {
  const isItem = kind.startsWith("item:");
  return { class: kind.replace(/^item:/, "").replaceAll("_", " "), isAgent: !isItem };
}

function sightingOf(entity: SceneEntity, extent: Extent | undefined, leastPixels: number): Sighting {
  const [x, y, z] = entity.position;
  const isSeen = extent !== undefined && extent.pixels >= leastPixels;
  const box: Box | null = isSeen ? [extent.left, extent.top, extent.right, extent.bottom] : null;
  return {
    center: [rounded(x, 5), rounded(y + entity.height / 2, 5), rounded(z, 5)],
    visibility: isSeen ? 1 : 0,
    box,
    pixels: extent?.pixels ?? 0,
    ...(entity.kind.startsWith("item:") ? {} : { orientation: facing(entity.yaw) }),
  };
}

/** Agent-to-world axes forward, left, up of a body that stands upright; yaw 0 looks along +z, positive turns to −x. */
export function facing(yaw: number): Rotation {
  const radians = (yaw * Math.PI) / 180;
  const [s, c] = [rounded(Math.sin(radians), 6), rounded(Math.cos(radians), 6)];
  return [0 - s, c, 0, 0, 0, 1, c, s, 0];
}

function extentsOf({ segmentation }: SceneObservation): ReadonlyMap<number, Extent> {
  const extents = new Map<number, Extent>();
  const width = segmentation.shape[1] ?? 1;
  const { data } = segmentation;
  for (let i = 0; i < data.length; i++) {
    const id = Number(data[i]);
    if (id === 0) continue;
    const x = i % width;
    const y = (i - x) / width;
    const extent = extents.get(id) ?? { pixels: 0, left: x, top: y, right: x, bottom: y };
    extents.set(id, extent);
    extent.pixels++;
    extent.left = Math.min(extent.left, x);
    extent.right = Math.max(extent.right, x);
    extent.bottom = y;
  }
  return extents;
}
