// The record of 4D clues of one clip: cameras, and where every object is, how it faces and whether it is seen.
// Knows nothing about who found them (a model or an exact world) or what is asked about them.
import { z } from "zod";

/** Name and version of the format; see docs/formats/clues.md. */
export const cluesFormat = "dsr.clues";
export const cluesFormatVersion = 1;

const finite = z.number();
const numbers = (length: number): z.ZodType<readonly number[]> => z.array(finite).length(length);
const vector = z.tuple([finite, finite, finite]).readonly();
const pixel = z.number().int().nonnegative();

/** One sampled frame: seconds since the clip's start, and the camera. */
const frameSchema = z.strictObject({
  timestamp: z.number().nonnegative(),
  /** Camera-to-world, 4 × 4 in row order, OpenCV axes (x right, y down, z forward). */
  pose: numbers(16),
  /** 3 × 3 pinhole matrix in row order, pixels; null where it is unknown. */
  intrinsics: numbers(9).nullable(),
});

/** One object in one frame. */
const sightingSchema = z.strictObject({
  /** Centre in world coordinates, in the record's unit. */
  center: vector,
  /** 0 unseen, 1 seen; the share that is seen where the source knows it. */
  visibility: z.number().min(0).max(1),
  /** Integer pixels of the original video, both corners included; null when unseen. */
  box: z.tuple([pixel, pixel, pixel, pixel]).readonly().nullable(),
  /** Pixels of the mask. */
  pixels: pixel.optional(),
  /** Run lengths of the mask in row order, beginning outside. */
  mask: z.array(pixel).readonly().optional(),
  /** Agent-to-world, 3 × 3 in row order, agent axes x forward, y left, z up; only of agents. */
  orientation: numbers(9).optional(),
  /** How sure the source is of the orientation, 0 to 1; 1 unless given. */
  orientationConfidence: z.number().min(0).max(1).optional(),
});

const objectSchema = z.strictObject({
  id: z.string().min(1),
  class: z.string().min(1),
  /** Whether it acts by itself; only agents have orientations and can be observers. */
  isAgent: z.boolean(),
  /** One entry a frame; null where nothing is known of it. */
  sightings: z.array(sightingSchema.nullable()).readonly(),
});

/** Schema of a clip's clues. */
export const cluesSchema = z.strictObject({
  format: z.literal(cluesFormat),
  formatVersion: z.literal(cluesFormatVersion),
  video: z.strictObject({ id: z.string().min(1), width: pixel.min(1), height: pixel.min(1) }),
  /** Unit of all lengths: metres, or an unknown scale that is one for the whole clip. */
  unit: z.enum(["metre", "relative"]),
  source: z.strictObject({ name: z.string().min(1), precision: z.enum(["exact", "estimated"]) }),
  frames: z.array(frameSchema).min(1).readonly(),
  objects: z.array(objectSchema).readonly(),
});

/** The clues of one clip. */
export type Clues = z.infer<typeof cluesSchema>;
/** One sampled frame. */
export type ClueFrame = Clues["frames"][number];
/** One tracked object. */
export type ClueObject = Clues["objects"][number];
/** One object in one frame. */
export type Sighting = NonNullable<ClueObject["sightings"][number]>;

/** An object's sighting in a frame when it is seen there. */
export function seenAt(object: ClueObject, frame: number): Sighting | undefined {
  const sighting = object.sightings[frame];
  return sighting !== null && sighting !== undefined && sighting.visibility > 0 && sighting.box !== null
    ? sighting
    : undefined;
}
