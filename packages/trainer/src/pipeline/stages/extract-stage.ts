// The second stage: every kept video becomes 4D clues, or is dropped with a reason.
// Knows nothing about questions.
import { formatClues } from "@dsr/dsr-core/geometry";
import { evenlySpaced } from "@dsr/dsr-core/processors";
import { readFrames, type VideoFrameImage } from "@dsr/dsr-core/video";
import { CoreInputError } from "@dsr/dsr-core/errors";
import { z } from "zod";
import { DataFolder } from "../build/data-folder.js";
import { writeWholeContent } from "../../files/whole-files.js";
import type { CuratedVideo } from "../curate/index.js";
import { extractClues, type ExtractOptions, type Perceivers } from "../extract/index.js";
import { curateFolder, type StageRunOptions } from "./curate-stage.js";
import { runStage } from "./run-stage.js";
import { type FileWriter, StageFolder, type StageRecord } from "./stage-folder.js";
import { readItemIds } from "./video-items.js";

const extractedSchema = z.strictObject({
  objects: z.number().int(),
  /** Places in the video of the frames that the clues are about. */
  places: z.array(z.number().int()).readonly(),
});
/** What the record of an extracted video says; the clues themselves are in `clues/<id>.json`. */
export type ExtractedVideo = z.infer<typeof extractedSchema>;

/** So many frames, evenly (DSR-Train), or so many a second (DSR-Bench). */
export type ClueSampling = { readonly frames: number } | { readonly framesPerSecond: number };

/** The records of extraction. */
export function extractFolder(out: string, write?: FileWriter): StageFolder<ExtractedVideo> {
  return new StageFolder(out, "extract", { result: extractedSchema, write });
}

/** Who looks, and at what. */
export interface ExtractStageOptions {
  readonly perceivers: Perceivers;
  readonly sampling: ClueSampling;
  readonly extract: ExtractOptions;
}

/** Places of the sampled frames: round(linspace), each place once. */
export function samplePlaces(
  { frames, frameRate }: Pick<CuratedVideo, "frames" | "frameRate">,
  sampling: ClueSampling,
): readonly number[] {
  const count = "frames" in sampling ? sampling.frames : Math.floor((frames / frameRate) * sampling.framesPerSecond);
  return [...new Set(evenlySpaced(frames, Math.max(2, Math.min(count, frames))))];
}

/** Runs extraction on the videos that curation kept. */
export async function extractStage(
  { perceivers, sampling, extract }: ExtractStageOptions,
  options: StageRunOptions,
): Promise<readonly StageRecord<ExtractedVideo>[]> {
  const { out } = options;
  const folder = extractFolder(out, options.write);
  const curated = await curateFolder(out).readAll(await readItemIds(out));
  const kept = new Map(
    curated.flatMap((record) => (record.status === "done" ? [[record.id, record.result] as const] : [])),
  );
  const models = [perceivers.reconstructor, perceivers.detector, perceivers.tracker, perceivers.orientation];
  await folder.begin(
    { models: models.map((model) => model?.name ?? null), sampling: { ...sampling }, ...extract },
    options.resume,
  );
  return runStage({
    ...options,
    folder,
    ids: [...kept.keys()],
    work: async (id) => {
      const video = kept.get(id);
      if (video === undefined) return { dropped: "not curated" };
      const places = samplePlaces(video, sampling);
      const frames = await wholeFrames(video.path, places);
      const clues = await extractClues(
        { id, frames, agents: video.agents, objects: video.objects },
        perceivers,
        extract,
      );
      await writeWholeContent(new DataFolder(out).cluesPath(id), formatClues(clues));
      return { result: { objects: clues.objects.length, places } };
    },
  });
}

async function wholeFrames(path: string, places: readonly number[]): Promise<readonly VideoFrameImage[]> {
  const frames = await readFrames(path, places);
  if (frames.length === places.length) return frames;
  throw new CoreInputError(`video ${path}: expected ${places.length} frames that decode, found ${frames.length}`);
}
