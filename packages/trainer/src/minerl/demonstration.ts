// What a recorded demonstration is, whatever layout it came in: actions in memory, pictures decoded when asked for.
// Knows nothing about files, nor about the action space that a model is trained in.
import type { MinerlAction } from "@dsr/env-bridge/contract";
import type { RgbImage } from "@dsr/dsr-core/video";

/** Layouts that are read: MineRL v0.4's folders, this project's own recordings in them, VPT's and BASALT's pairs of files. */
export type DemonstrationLayout = "minerl-v0.4" | "recorder" | "vpt";

/** One action of a recording, with what was known when it was made. */
export interface RecordedAction {
  /** Place in the episode, from 0: the action was made while frame `index` was seen and led to frame `index` + 1. */
  readonly index: number;
  readonly action: MinerlAction;
  /** The eight integers that were really sent, where the recording kept them. */
  readonly minedojo?: readonly number[] | undefined;
  /** 0 where the layout has no rewards. */
  readonly reward: number;
  /** While a menu is open the mouse moves a cursor, not the camera. */
  readonly isGuiOpen: boolean;
}

/** An action with the frame that it answers. */
export interface DemonstrationStep extends RecordedAction {
  readonly frame: RgbImage;
}

/** One episode that passed all checks that need no decoding. */
export interface Demonstration {
  /** The name of its folder or file. */
  readonly id: string;
  readonly layout: DemonstrationLayout;
  readonly path: string;
  /** Height and width of its pictures as they are stored, pixels. */
  readonly frameSize: readonly [height: number, width: number];
  /** Steps a second. */
  readonly frameRate: number;
  /** Null where the layout does not say. */
  readonly success: boolean | null;
  /** The task in words; null where the layout does not say. */
  readonly prompt: string | null;
  /** Degrees below the horizon at the first step; undefined where it is not known. */
  readonly initialPitch: number | undefined;
  readonly actions: readonly RecordedAction[];
  /** The inventory slot (0 to 35) that holds an item at a step; undefined where the recording does not say. */
  slotOf(index: number, item: string): number | undefined;
  /**
   * Decodes the frames of all actions in order, one at a time; stop at any time.
   * @throws CoreInputError when the video breaks off or cannot be decoded
   */
  frames(): AsyncGenerator<RgbImage>;
}

/** An episode that was left out, and why. */
export interface SkippedDemonstration {
  readonly path: string;
  /** One line: what was expected, what was found. */
  readonly reason: string;
}

/** Actions and frames of an episode side by side; nothing but the frame in hand is kept. @throws CoreInputError */
export async function* demonstrationSteps(demonstration: Demonstration): AsyncGenerator<DemonstrationStep> {
  let index = 0;
  for await (const frame of demonstration.frames()) {
    const recorded = demonstration.actions[index++];
    if (recorded === undefined) return;
    yield { ...recorded, frame };
  }
}
