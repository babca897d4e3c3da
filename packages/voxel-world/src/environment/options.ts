// The environment's options and their validation.
// Knows nothing about what the options do.
import { InputError, type SpaceRecord, cameraBins, unknownNameError } from "@dsr/env-bridge/contract";
import { z } from "zod";

/** Every observation key that can be asked for; all but the first four groups of MineDojo are privileged or extra. */
export const observationKeys = [
  "rgb",
  "depth",
  "segmentation",
  "camera",
  "entities",
  "life_stats",
  "location_stats",
  "inventory",
  "equipment",
  "nearby_tools",
  "voxels",
] as const;
/** The name of an observation key. */
export type ObservationKey = (typeof observationKeys)[number];

const pixels = z.number().int().min(8).max(2048);
const dividesHalfTurn = (degrees: number): boolean => Number.isInteger(180 / degrees);

/** Options of the embedded world; each has a default. */
export const voxelWorldOptionsSchema = z.strictObject({
  /** Height and width of pictures, pixels. */
  imageSize: z.tuple([pixels, pixels]).default([160, 256]),
  /** Keys of the observation; pictures that nobody asks for are not drawn. */
  observe: z
    .array(z.enum(observationKeys))
    .min(1)
    .default(["rgb", "life_stats", "location_stats", "inventory", "equipment"]),
  /** Degrees between two camera bins; divides 180. */
  cameraInterval: z.number().positive().refine(dividesHalfTurn, "expected degrees that divide 180").default(15),
  /** Episodes are truncated after this many steps. */
  maxEpisodeSteps: z.number().int().min(1).max(1_000_000).default(500),
  /** Vertical field of view, degrees. */
  verticalFov: z.number().min(10).max(150).default(70),
  /** Whether equip, place and destroy on an empty slot are errors, as MineDojo's strict check. */
  strict: z.boolean().default(false),
});

/** Validated options, defaults filled in. */
export type VoxelWorldOptions = z.infer<typeof voxelWorldOptionsSchema>;

/**
 * Fills in defaults.
 * @throws InputError in one line: which option, what was expected, what was found
 */
export function parseOptions(options: SpaceRecord): VoxelWorldOptions {
  refuseUnknown("option", Object.keys(options), Object.keys(voxelWorldOptionsSchema.shape));
  const { observe } = options;
  if (Array.isArray(observe)) refuseUnknown("observation key", observe, observationKeys);
  const parsed = voxelWorldOptionsSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.join(".") ?? "";
  throw new InputError(`option ${path}: ${issue?.message ?? "invalid"}; found ${describe(options, issue?.path ?? [])}`);
}

function refuseUnknown(what: string, names: readonly unknown[], known: readonly string[]): void {
  for (const name of names) {
    if (typeof name === "string" && !known.includes(name)) throw unknownNameError(what, name, known);
  }
}

function describe(options: SpaceRecord, path: readonly PropertyKey[]): string {
  let value: unknown = options;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return JSON.stringify(value) ?? "nothing";
}

/** Facts for policies: the camera interval, the action that does nothing, and the field of view. */
export function metadataOf(options: VoxelWorldOptions): SpaceRecord {
  const neutral = (cameraBins(options.cameraInterval) - 1) / 2;
  return {
    cameraInterval: options.cameraInterval,
    noop: [0, 0, 0, neutral, neutral, 0, 0, 0],
    verticalFov: options.verticalFov,
  };
}
