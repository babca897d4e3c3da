// Reads an observation into what the expert reasons about: itself, mobs, things on the ground, items and near blocks.
// Knows nothing about plans.
import {
  InputError,
  isNdArray,
  type Observation,
  scalarOf,
  type SpaceRecord,
  type SpaceValue,
} from "@dsr/env-bridge/contract";
import type { Box } from "../simulation/rays.js";

/** The observation keys that the expert reads. */
export const expertObserves = ["life_stats", "location_stats", "inventory", "entities", "voxels"] as const;

/** Biome ids where a deep step down may be the last: lava in the nether, the void at the End's coast. */
const nether = 8;
const theEnd = 9;
/** The End's island is whole within this distance of where one arrives, metres. */
const inland = 45;

/** The player itself: feet in metres, look in degrees, life in half hearts. */
export interface Self {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly yaw: number;
  readonly pitch: number;
  readonly life: number;
  readonly isPerilous: boolean;
}

/** A mob or a dropped item (`item:<name>`). */
export interface Thing extends Box {
  readonly id: number;
  readonly kind: string;
  readonly velocityX: number;
  readonly velocityZ: number;
  readonly health: number;
  readonly isDead: boolean;
  /** Whether nothing solid lies between the player's eyes and the thing's. */
  readonly isVisible: boolean;
}

/** The 27 blocks around the feet; offsets are −1, 0 or 1. */
export class Ground {
  private readonly names: readonly SpaceValue[];
  private readonly solid: ArrayLike<number | bigint>;

  constructor(voxels: SpaceRecord) {
    this.names = voxels["block_name"] as readonly SpaceValue[];
    this.solid = arrayOf(voxels["blocks_movement"], "voxels.blocks_movement");
  }

  isSolid(dx: number, dy: number, dz: number): boolean {
    return Number(this.solid[(dx + 1) * 9 + (dy + 1) * 3 + dz + 1]) === 1;
  }

  name(dx: number, dy: number, dz: number): string {
    return String(this.names[(dx + 1) * 9 + (dy + 1) * 3 + dz + 1]);
  }
}

/** One observation, read. */
export interface Sight {
  readonly self: Self;
  readonly things: readonly Thing[];
  readonly ground: Ground;
  /** How many items of a name (with spaces) lie in the 36 slots. */
  count(name: string): number;
  /** The first slot with an item, or −1. */
  slotOf(name: string): number;
}

/** Reads one observation; `home` is where the episode began. @throws InputError when a key that the expert needs is missing */
export function readSight(observation: Observation, home?: Self): Sight {
  const life = recordOf(observation, "life_stats");
  const place = recordOf(observation, "location_stats");
  const inventory = recordOf(observation, "inventory");
  const names = inventory["name"] as readonly string[];
  const quantities = arrayOf(inventory["quantity"], "inventory.quantity");
  return {
    self: readSelf(life, place, home),
    things: (observation["entities"] as readonly SpaceRecord[]).map(readThing),
    ground: new Ground(recordOf(observation, "voxels")),
    count: (name) => names.reduce((sum, found, i) => (found === name ? sum + Number(quantities[i]) : sum), 0),
    slotOf: (name) => names.indexOf(name),
  };
}

function readSelf(life: SpaceRecord, place: SpaceRecord, home: Self | undefined): Self {
  const biome = numberOf(place["biome_id"], "location_stats.biome_id");
  const [x = 0, y = 0, z = 0] = numbers(place["pos"], "location_stats.pos");
  return {
    x,
    y,
    z,
    yaw: numberOf(place["yaw"], "location_stats.yaw"),
    pitch: numberOf(place["pitch"], "location_stats.pitch"),
    life: numberOf(life["life"], "life_stats.life"),
    isPerilous: biome === nether || (biome === theEnd && home !== undefined && levelDistance(home, { x, z }) > inland),
  };
}

function readThing(entity: SpaceRecord): Thing {
  const [x = 0, y = 0, z = 0] = numbers(entity["position"], "entities.position");
  const [velocityX = 0, , velocityZ = 0] = numbers(entity["velocity"], "entities.velocity");
  const [width = 0, height = 0] = numbers(entity["size"], "entities.size");
  return {
    id: Number(entity["id"]),
    kind: String(entity["kind"]),
    x,
    y,
    z,
    velocityX,
    velocityZ,
    halfWidth: width / 2,
    height,
    health: numberOf(entity["health"], "entities.health"),
    isDead: entity["dead"] === 1,
    isVisible: entity["visible"] === 1,
  };
}

function recordOf(observation: Observation, key: string): SpaceRecord {
  const value = observation[key];
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as SpaceRecord;
  throw new InputError(`expert: expected observation key '${key}', found none`);
}

function arrayOf(value: SpaceValue | undefined, path: string): ArrayLike<number | bigint> {
  if (!isNdArray(value)) throw new InputError(`expert: expected an array at ${path}, found ${typeof value}`);
  return value.data;
}

function numbers(value: SpaceValue | undefined, path: string): readonly number[] {
  return Array.from(arrayOf(value, path), Number);
}

function numberOf(value: SpaceValue | undefined, path: string): number {
  if (!isNdArray(value)) throw new InputError(`expert: expected an array at ${path}, found ${typeof value}`);
  return scalarOf(value);
}

/** Horizontal distance in metres. */
export function levelDistance(a: { x: number; z: number }, b: { x: number; z: number }): number {
  return Math.sqrt((a.x - b.x) * (a.x - b.x) + (a.z - b.z) * (a.z - b.z));
}
