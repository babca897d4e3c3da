// Reads what the voxel source needs out of an observation, with checks.
// Knows nothing about any environment but its standard observation keys.
import {
  InputError,
  isNdArray,
  type NdArray,
  type Observation,
  type SpaceRecord,
  type SpaceValue,
} from "@dsr/env-bridge";

/** A mob or item; positions of the feet in metres, yaw in Minecraft's degrees. */
export interface SceneEntity {
  readonly id: number;
  readonly kind: string;
  readonly position: readonly [number, number, number];
  readonly yaw: number;
  readonly height: number;
  readonly isDead: boolean;
}

/** One observation, typed. The arrays are the environment's own until the next step. */
export interface SceneObservation {
  readonly rgb: NdArray;
  readonly segmentation: NdArray;
  /** Camera-to-world, 16 numbers in row order. */
  readonly pose: readonly number[];
  readonly intrinsics: readonly number[];
  readonly entities: readonly SceneEntity[];
}

/** The observation keys that the source asks an environment for. */
export const sceneKeys = ["rgb", "segmentation", "camera", "entities"] as const;

/** @throws InputError when a key is missing or of another form */
export function readScene(observation: Observation): SceneObservation {
  const camera = record(observation["camera"], "camera");
  const entities = observation["entities"];
  if (!Array.isArray(entities)) throw new InputError("observation entities: expected a list, found none");
  return {
    rgb: array(observation["rgb"], "rgb"),
    segmentation: array(observation["segmentation"], "segmentation"),
    pose: numbers(camera["pose"], "camera.pose", 16),
    intrinsics: numbers(camera["intrinsics"], "camera.intrinsics", 9),
    entities: entities.map((entity: SpaceValue) => readEntity(record(entity, "entities"))),
  };
}

function readEntity(entity: SpaceRecord): SceneEntity {
  const [x = 0, y = 0, z = 0] = numbers(entity["position"], "entities.position", 3);
  return {
    id: Number(entity["id"]),
    kind: String(entity["kind"]),
    position: [x, y, z],
    yaw: numbers(entity["yaw"], "entities.yaw", 1)[0] ?? 0,
    height: numbers(entity["size"], "entities.size", 2)[1] ?? 0,
    isDead: Number(entity["dead"]) !== 0,
  };
}

function record(value: SpaceValue | undefined, key: string): SpaceRecord {
  if (typeof value === "object" && value !== null && !Array.isArray(value) && !isNdArray(value))
    return value as SpaceRecord;
  throw new InputError(
    `observation ${key}: expected a record, found ${value === undefined ? "nothing" : typeof value}`,
  );
}

function array(value: SpaceValue | undefined, key: string): NdArray {
  if (isNdArray(value)) return value;
  throw new InputError(
    `observation ${key}: expected an array, found ${value === undefined ? "nothing" : typeof value}`,
  );
}

function numbers(value: SpaceValue | undefined, key: string, length: number): readonly number[] {
  const list = Array.from(array(value, key).data, Number);
  if (list.length === length) return list;
  throw new InputError(`observation ${key}: expected ${length} numbers, found ${list.length}`);
}
