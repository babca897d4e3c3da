// Decides whether a video is fit for questions about motion, and what is in it.
// Knows nothing about servers beyond the model's interface, and nothing about geometry.
import { type Clip, readClip } from "@dsr/dsr-core/perception";
import { measureVideo } from "@dsr/dsr-core/video";
import { z } from "zod";
import { askUntilValid, type AskOptions, type Fault, type LanguageModel, type Prompt } from "../language/index.js";
import type { CatalogueItem } from "./catalogue.js";
import { classesPrompt, motionPrompt, type ObjectClasses, videoPrompt } from "./prompts.js";
import { readClasses, readMotion, readVideoReply } from "./replies.js";

/** Schema of a video that is fit. */
export const curatedVideoSchema = z.strictObject({
  path: z.string(),
  frames: z.number().int(),
  frameRate: z.number(),
  agents: z.array(z.string()).readonly(),
  objects: z.array(z.string()).readonly(),
  /** Empty where no model looked. */
  scene: z.string(),
});
export type CuratedVideo = z.infer<typeof curatedVideoSchema>;

/** Who is asked, and what is asked for. */
export interface CurateOptions {
  /** Reads captions. */
  readonly language: LanguageModel;
  /** Looks at the video: a second motion filter, and the scene's category. */
  readonly vision?: LanguageModel | undefined;
  /** Seconds. */
  readonly duration: { readonly least: number; readonly most: number };
  /** Frames shown to the model that looks. */
  readonly shownFrames: number;
  readonly attempts?: number | undefined;
}

/** The paper's durations; as many frames as its models see. */
export const defaultCurateOptions = { duration: { least: 20, most: 120 }, shownFrames: 32 } as const;

/** A video that is left out, and why. */
export interface Dropped {
  readonly dropped: string;
}

/** @throws CoreInputError for a video that cannot be read; what servers throw */
export async function curateVideo(
  item: CatalogueItem,
  options: CurateOptions,
  signal?: AbortSignal,
): Promise<CuratedVideo | Dropped> {
  if (item.fault !== undefined) return { dropped: item.fault };
  if (item.caption === undefined) return { dropped: "caption: expected one, found none" };
  const { totalFrames, fps } = await measureVideo(item.path);
  const seconds = totalFrames / fps;
  const { least, most } = options.duration;
  if (!(seconds >= least && seconds <= most))
    return { dropped: `duration: expected ${least} to ${most} s, found ${seconds.toFixed(1)} s` };
  const ask: AskOptions = { attempts: options.attempts, signal };
  const motion = await askUntilValid(options.language, { text: motionPrompt(item.caption) }, readMotion, ask);
  if ("fault" in motion) return { dropped: `motion: ${motion.fault}` };
  if (!motion.moves) return { dropped: "motion: expected some by its caption, found none" };
  const classes = await askUntilValid(options.language, { text: classesPrompt(item.caption) }, readClasses, ask);
  if ("fault" in classes) return { dropped: `classes: ${classes.fault}` };
  if (classes.agents.length + classes.objects.length === 0) return { dropped: "classes: expected some, found none" };
  const seen = await look(item, classes, options, ask);
  if ("fault" in seen) return { dropped: `video: ${seen.fault}` };
  if (!seen.moves) return { dropped: "motion: expected some in the video, found none" };
  return { path: item.path, frames: totalFrames, frameRate: fps, ...classes, scene: seen.scene };
}

interface Seen {
  readonly moves: boolean;
  readonly scene: string;
}

async function look(
  { path }: CatalogueItem,
  classes: ObjectClasses,
  { vision, shownFrames }: CurateOptions,
  ask: AskOptions,
): Promise<Seen | Fault> {
  if (vision === undefined) return { moves: true, scene: "" };
  const { totalFrames } = await measureVideo(path);
  const clip: Clip = await readClip(path, { frames: Math.min(shownFrames, totalFrames) });
  return askUntilValid<Seen>(vision, { text: videoPrompt(classes), clip }, readVideoReply, ask);
}

/** What would be asked of an item at least, for a dry run: nothing where it is ruled out without asking. */
export function plannedPrompts({ caption, fault }: CatalogueItem, looks: boolean): readonly Prompt[] {
  if (fault !== undefined || caption === undefined) return [];
  const seen = looks ? [{ text: videoPrompt({ agents: ["{agent}"], objects: ["{object}"] }) }] : [];
  return [{ text: motionPrompt(caption) }, { text: classesPrompt(caption) }, ...seen];
}
