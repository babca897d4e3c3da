// Finds the boxes a question names and puts pads in their place: regions become tokens, objects get track slots.
// Knows nothing about embeddings. Reads the wording of the templates (Table 7 of the paper) in both dialects.
import { CoreInputError } from "../../errors.js";
import type { Region } from "../../model/vision-language/grounding/region-tokens.js";

/** Texts of the pads, as the tokenizer knows them. */
export const groundingPads = { region: "<|region_pad|>", track: "<|track_pad|>" } as const;

/** What boxes and times in the text refer to. */
export interface GroundingFrame {
  /** Size of the pictures that boxes are pixels of. */
  readonly width: number;
  readonly height: number;
  /** Seconds of each frame of the clip. */
  readonly timestamps: readonly number[];
  /** Frames of a temporal patch. */
  readonly framesPerPatch: number;
}

/** A question with pads for its boxes. */
export interface GroundedQuestion {
  readonly text: string;
  /** One a pad, in the order of the text. */
  readonly regions: readonly Region[];
}

const BOX =
  /(?:\b(initial|final) )?bounding box coordinates \[(\d+), ?(\d+), ?(\d+), ?(\d+)\](?: at (\d+(?:\.\d+)?)s)?/gu;
const START = /\bbetween (\d+(?:\.\d+)?)s\b/iu;

/** The temporal patch of the frame that is nearest to a time. */
export function temporalPatchAt({ timestamps, framesPerPatch }: GroundingFrame, seconds: number): number {
  let nearest = 0;
  timestamps.forEach((time, frame) => {
    if (Math.abs(time - seconds) < Math.abs((timestamps[nearest] ?? 0) - seconds)) nearest = frame;
  });
  return Math.floor(nearest / framesPerPatch);
}

/** A box [x1, y1, x2, y2] of pixels, the last ones inside, as shares of the picture's width and height. */
export function shareOfPicture(
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  { width, height }: Pick<GroundingFrame, "width" | "height">,
): Region["box"] {
  return [x1 / width, y1 / height, (x2 + 1) / width, (y2 + 1) / height];
}

/**
 * Replaces the numbers of each box by a region pad. A box belongs to the time behind it ("at 3.2s"), to the clip's last
 * frame ("final"), or else to the beginning of the interval. @throws CoreInputError when the text holds pads already
 */
export function groundQuestion(text: string, frame: GroundingFrame): GroundedQuestion {
  const own = Object.values(groundingPads).find((pad) => text.includes(pad));
  if (own !== undefined) throw new CoreInputError(`question: expected text without ${own}, found it`);
  const start = Number(START.exec(text)?.[1] ?? frame.timestamps[0] ?? 0);
  const last = frame.timestamps.at(-1) ?? 0;
  const regions: Region[] = [];
  const padded = text.replaceAll(BOX, (found: string, role: string | undefined, ...parts: unknown[]) => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = parts.slice(0, 4).map(Number);
    const at = parts[4] === undefined ? (role === "final" ? last : start) : Number(parts[4]);
    regions.push({ box: shareOfPicture([x1, y1, x2, y2], frame), temporalPatch: temporalPatchAt(frame, at) });
    return found.replace(/\[[^\]]*\]/u, `[${groundingPads.region}]`);
  });
  return { text: padded, regions };
}
