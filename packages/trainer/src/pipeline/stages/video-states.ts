// What became of every video of a data folder, over all stages.
// Knows nothing about what the stages do.
import { join } from "node:path";
import type { ClipRecord } from "../build/data-folder.js";
import { writeWholeContent } from "../../files/whole-files.js";
import { curateFolder } from "./curate-stage.js";
import { extractFolder } from "./extract-stage.js";
import { generateFolder } from "./generate-stage.js";
import { type StageName, stageNames, type StageRecord } from "./stage-folder.js";
import { readItemIds } from "./video-items.js";

/** How far a video is: the last stage that has a record of it, and why it went no further. */
export interface VideoState {
  readonly id: string;
  readonly stage: StageName;
  readonly status: StageRecord<unknown>["status"] | "waiting";
  readonly reason?: string;
}

/** The state of every video, in order. @throws CoreInputError when the folder was not curated */
export async function videoStates(out: string): Promise<readonly VideoState[]> {
  const folders = [curateFolder(out), extractFolder(out), generateFolder(out)] as const;
  const states: VideoState[] = [];
  for (const id of await readItemIds(out)) {
    let state: VideoState = { id, stage: "curate", status: "waiting" };
    for (const [i, folder] of folders.entries()) {
      const record = await folder.read(id);
      if (record === undefined) break;
      const reason = record.status === "done" ? {} : { reason: record.reason };
      state = { id, stage: stageNames[i] ?? "curate", status: record.status, ...reason };
      if (record.status !== "done") break;
    }
    states.push(state);
  }
  return states;
}

/** Writes `stages/manifest.json`: a line a video. No times and no paths, so that equal runs give equal bytes. */
export async function writeStates(out: string): Promise<readonly VideoState[]> {
  const states = await videoStates(out);
  const lines = states.map((state) => JSON.stringify(state)).join(",\n");
  await writeWholeContent(join(out, "stages", "manifest.json"), `[\n${lines}\n]\n`);
  return states;
}

/** Records for writing: videos with questions, and all others with the stage and reason that kept them out. */
export async function videoRecords(out: string): Promise<readonly ClipRecord[]> {
  const folder = generateFolder(out);
  const records: ClipRecord[] = [];
  for (const { id, stage, status, reason = status } of await videoStates(out)) {
    const record = stage === "generate" ? await folder.read(id) : undefined;
    if (record?.status === "done") records.push({ status: "done", id, ...record.result });
    else records.push({ status: "skipped", id, reason: `${stage}: ${reason}` });
  }
  return records;
}
