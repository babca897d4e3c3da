// The first stage: every video of a folder is kept with its classes, or dropped with a reason.
// Knows nothing about geometry.
import { join } from "node:path";
import { writeWholeContent } from "../../files/whole-files.js";
import {
  type CatalogueItem,
  type CuratedVideo,
  curatedVideoSchema,
  curateVideo,
  type CurateOptions,
  formatAgentObjects,
  formatDynamicVideos,
} from "../curate/index.js";
import { runStage } from "./run-stage.js";
import { type FileWriter, StageFolder, type StageRecord } from "./stage-folder.js";
import { writeItemIds } from "./video-items.js";

/** What all stages share. */
export interface StageRunOptions {
  /** The data folder. */
  readonly out: string;
  readonly concurrency: number;
  readonly resume: boolean;
  readonly onRecord?: ((record: StageRecord<unknown>, isNew: boolean) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly write?: FileWriter | undefined;
}

/** The records of curation. */
export function curateFolder(out: string, write?: FileWriter): StageFolder<CuratedVideo> {
  return new StageFolder(out, "curate", { result: curatedVideoSchema, write });
}

/** Runs curation, then writes the released pipeline's `agent_object.csv` and `dynamic_videos.json`. */
export async function curateStage(
  items: readonly CatalogueItem[],
  curate: CurateOptions,
  options: StageRunOptions,
): Promise<readonly StageRecord<CuratedVideo>[]> {
  const folder = curateFolder(options.out, options.write);
  const { language, vision, duration, shownFrames, attempts } = curate;
  const settings = { language: language.description, vision: vision?.description ?? null, duration, shownFrames };
  await folder.begin({ ...settings, attempts: attempts ?? null }, options.resume);
  await writeItemIds(options.out, items);
  const byId = new Map(items.map((item) => [item.id, item]));
  const records = await runStage({
    ...options,
    folder,
    ids: items.map(({ id }) => id),
    work: async (id, signal) => {
      const item = byId.get(id);
      const found = item === undefined ? { dropped: "not in the folder" } : await curateVideo(item, curate, signal);
      return "dropped" in found ? found : { result: found };
    },
  });
  const kept = records.flatMap((record) => (record.status === "done" ? { id: record.id, ...record.result } : []));
  await writeWholeContent(join(options.out, "agent_object.csv"), formatAgentObjects(kept));
  await writeWholeContent(join(options.out, "dynamic_videos.json"), formatDynamicVideos(kept));
  return records;
}
