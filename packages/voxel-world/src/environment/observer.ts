// Puts an observation together, key by key, with the spaces that describe it.
// Knows nothing about episodes.
import {
  type DictSpace,
  type ImageSize,
  type Observation,
  type Space,
  type SpaceValue,
  cameraSpace,
  depthSpace,
  dict,
  entitiesSpace,
  equipmentSpace,
  inventorySpace,
  lifeStatsSpace,
  locationStatsSpace,
  nearbyToolsSpace,
  rgbSpace,
  segmentationSpace,
  voxelsSpace,
} from "@dsr/env-bridge/contract";
import type { Simulation } from "../simulation/simulation.js";
import { entities } from "./entities-observation.js";
import { equipmentObservation, inventoryObservation } from "./items-observation.js";
import type { ObservationKey, VoxelWorldOptions } from "./options.js";
import { Picture } from "./picture.js";
import { lifeStats, LocationObserver, nearbyTools, voxels } from "./stats-observation.js";

/** The space of one key. */
function spaceOf(key: ObservationKey, size: ImageSize): Space {
  switch (key) {
    case "rgb":
      return rgbSpace(size);
    case "depth":
      return depthSpace(size);
    case "segmentation":
      return segmentationSpace(size);
    case "camera":
      return cameraSpace();
    case "entities":
      return entitiesSpace();
    case "life_stats":
      return lifeStatsSpace();
    case "location_stats":
      return locationStatsSpace();
    case "inventory":
      return inventorySpace();
    case "equipment":
      return equipmentSpace();
    case "nearby_tools":
      return nearbyToolsSpace();
    case "voxels":
      return voxelsSpace();
  }
}

/** The space of all keys that the options ask for. */
export function observationSpaceOf({ observe, imageSize }: VoxelWorldOptions): DictSpace {
  return dict(Object.fromEntries(observe.map((key) => [key, spaceOf(key, imageSize)])));
}

/** Reads a world into observations; picture buffers are reused from step to step. */
export class Observer {
  private readonly keys: readonly ObservationKey[];
  private readonly picture: Picture;
  private location = new LocationObserver();

  constructor({ observe, imageSize, verticalFov }: VoxelWorldOptions) {
    this.keys = [...new Set(observe)];
    this.picture = new Picture({ size: imageSize, verticalFov, observe });
  }

  /** Forgets what it remembers of the last world. */
  reset(): void {
    this.location = new LocationObserver();
  }

  /** Everything that is asked for; without `draws` the pictures are those of the last time. */
  read(world: Simulation, draws = true): Observation {
    if (draws) this.picture.draw(world);
    const observation: Record<string, SpaceValue> = {};
    for (const key of this.keys) observation[key] = this.valueOf(key, world);
    return observation;
  }

  private valueOf(key: ObservationKey, world: Simulation): SpaceValue {
    switch (key) {
      case "rgb":
      case "depth":
      case "segmentation":
      case "camera":
        return this.picture.read(key, world);
      case "entities":
        return entities(world);
      case "life_stats":
        return lifeStats(world);
      case "location_stats":
        return this.location.read(world);
      case "inventory":
        return inventoryObservation(world.player.inventory);
      case "equipment":
        return equipmentObservation(world.player.inventory);
      case "nearby_tools":
        return nearbyTools(world);
      case "voxels":
        return voxels(world);
    }
  }
}
