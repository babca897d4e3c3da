// The seam between where clips and their clues come from and what is made of them.
// Knows nothing about any source.
import type { Clues } from "@dsr/dsr-core/geometry";
import type { Json } from "../checkpoints/manifest.js";

/** One clip with everything that questions need. */
export interface Clip {
  readonly id: string;
  readonly clues: Clues;
  /** What kind of scene it shows, for statistics: a biome, or one of the paper's six categories. */
  readonly scene: string;
  /**
   * Writes the clip as an MP4 file without the frames that a model must not see.
   * @param path a temporary path; the caller renames it
   */
  writeVideo(path: string): Promise<void>;
}

/** A clip that cannot be used, with the reason that the manifest keeps. */
export interface SkippedClip {
  readonly id: string;
  readonly reason: string;
}

/** A source of clips by number: a folder of videos with models that look at them, or an exact world. */
export interface ClueSource {
  readonly name: string;
  /** Everything that decides the clips; pinned in the manifest, so that a run cannot be resumed under others. */
  readonly settings: { readonly [key: string]: Json };
  /** The id of a clip, known before it is made. */
  idOf(index: number): string;
  /**
   * Makes one clip; the same index gives the same clip, whatever was made before. What is wrong with one clip is
   * returned as a skip; what would be wrong with all of them is thrown.
   */
  clip(index: number): Promise<Clip | SkippedClip>;
  close(): Promise<void>;
}

/** Whether a source gave up on a clip. */
export function isSkipped(clip: Clip | SkippedClip): clip is SkippedClip {
  return "reason" in clip;
}
