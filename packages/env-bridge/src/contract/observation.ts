// The standard observation keys that every Minecraft-like environment of this SDK shares, as spaces.
// Names, shapes and units follow MineDojo 0.1 (except that images are height × width × channel).
import { type BoxSpace, type DictSpace, type SequenceSpace, box, dict, discrete, sequence, text } from "./spaces.js";

/** Image height and width in pixels. */
export type ImageSize = readonly [height: number, width: number];

/** `rgb`: height × width × 3, uint8. */
export function rgbSpace([height, width]: ImageSize): BoxSpace {
  return box("uint8", [height, width, 3], 0, 255);
}

/** `depth`: distance along the optical axis (z in the camera's frame) in metres, height × width, float32; +∞ for sky. */
export function depthSpace([height, width]: ImageSize): BoxSpace {
  return box("float32", [height, width], 0, Infinity);
}

/** `segmentation`: instance ids, height × width, int32; 0 is the world, others are the `id` of `entities`. */
export function segmentationSpace([height, width]: ImageSize): BoxSpace {
  return box("int32", [height, width], 0, 2 ** 31 - 1);
}

/**
 * `camera`: `pose`, the 4×4 camera-to-world matrix in row order with OpenCV axes (x right, y down, z forward), metres;
 * `intrinsics`, the 3×3 pinhole matrix in pixels.
 */
export function cameraSpace(): DictSpace {
  return dict({ pose: box("float32", [4, 4]), intrinsics: box("float32", [3, 3]) });
}

/** `entities`: what is alive nearby, without the player. Privileged: real players do not see these numbers. */
export function entitiesSpace(maxLength = 256): SequenceSpace {
  return sequence(
    dict({
      id: discrete(2 ** 31 - 1, 1),
      kind: text(64, 1),
      /** Feet centre in world coordinates, metres, y up. */
      position: box("float32", [3]),
      /** Metres a tick. */
      velocity: box("float32", [3]),
      /** Degrees; 0 looks along +z, positive turns right (towards −x), as in Minecraft. */
      yaw: box("float32", [1]),
      /** Width (both horizontal axes) and height of the bounding box, metres. */
      size: box("float32", [2], 0),
      health: box("float32", [1], 0),
      /** Whether the entity is dying, and whether it is in line of sight of the player's eyes. */
      dead: discrete(2),
      visible: discrete(2),
    }),
    maxLength,
  );
}

/** `life_stats` of MineDojo. */
export function lifeStatsSpace(): DictSpace {
  return dict({
    life: box("float32", [1], 0, 20),
    armor: box("float32", [1], 0, 20),
    food: box("float32", [1], 0, 20),
    saturation: box("float32", [1], 0, 20),
    xp: box("float32", [1], 0, 1395),
    oxygen: box("float32", [1], 0, 300),
    is_sleeping: discrete(2),
  });
}

/** `location_stats` of MineDojo; yaw in (−180, 180], pitch in [−90, 90], positive pitch looks down. */
export function locationStatsSpace(): DictSpace {
  return dict({
    pos: box("float32", [3]),
    yaw: box("float32", [1], -180, 180),
    pitch: box("float32", [1], -90, 90),
    biome_id: box("int64", [], 0, 167),
    sun_brightness: box("float32", [1], 0, 1),
    sky_light_level: box("float32", [1], 0, 1),
    light_level: box("float32", [1], 0, 15),
    can_see_sky: discrete(2),
    rainfall: box("float32", [1], 0, 1),
    temperature: box("float32", [1]),
    is_raining: discrete(2),
    sea_level: box("float32", [1], 0, 255),
  });
}

function slotsSpace(slots: number): DictSpace {
  return dict({
    /** Item names with spaces instead of underscores; "air" is an empty slot. */
    name: sequence(text(64, 1), slots),
    variant: box("int64", [slots], 0, 120),
    quantity: box("float32", [slots], 0, 64),
    /** −1 where the item has no durability. */
    max_durability: box("float32", [slots], -1),
    cur_durability: box("float32", [slots], -1),
  });
}

/** `inventory` of MineDojo: 36 slots, slot 0 is the main hand. */
export function inventorySpace(): DictSpace {
  return slotsSpace(36);
}

/** `equipment` of MineDojo: main hand, feet, legs, chest, head, off hand. */
export function equipmentSpace(): DictSpace {
  return slotsSpace(6);
}

/** `nearby_tools` of MineDojo: whether a crafting table and a furnace are within reach. */
export function nearbyToolsSpace(): DictSpace {
  return dict({ table: discrete(2), furnace: discrete(2) });
}

/**
 * `voxels` of MineDojo, 3 × 3 × 3 blocks around the player's feet, indexed [x, y, z] from −1 to 1.
 * Axes are the world's, not the player's.
 */
export function voxelsSpace(): DictSpace {
  return dict({
    block_name: sequence(text(64, 1), 27),
    blocks_movement: box("bool", [3, 3, 3], 0, 1),
    is_liquid: box("bool", [3, 3, 3], 0, 1),
    is_solid: box("bool", [3, 3, 3], 0, 1),
  });
}
