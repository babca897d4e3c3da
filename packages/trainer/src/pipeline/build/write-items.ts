// Writes finished items in all official formats, and the manifest that names every file's hash.
// Knows nothing about how items were chosen.
import { readFile } from "node:fs/promises";
import {
  formatBenchParquet,
  formatBenchTsv,
  formatPipelineJson,
  formatTrainingJson,
  type QuestionItem,
} from "@dsr/dsr-core/questions";
import { sha256 } from "../../checkpoints/manifest.js";
import { type ClipRecord, dataFormat, type DataFolder } from "./data-folder.js";
import { writeWholeContent } from "../../files/whole-files.js";

/** The item files of a data folder by what they are. */
export const itemFiles = {
  items: "items.jsonl",
  pipeline: "qa_pairs.json",
  training: "train_qa_pairs.json",
  trainingParquet: "train_qa_pairs.parquet",
  benchmark: "benchmark.parquet",
  tsv: "DSRBench.tsv",
} as const;

/** Writes every item file, then the manifest. */
export async function writeItems(
  folder: DataFolder,
  items: readonly QuestionItem[],
  records: readonly ClipRecord[],
): Promise<void> {
  const parquet = await formatBenchParquet(items);
  const contents: Readonly<Record<keyof typeof itemFiles, string | Uint8Array>> = {
    items: items.map((item) => `${JSON.stringify(item)}\n`).join(""),
    pipeline: formatPipelineJson(items),
    training: formatTrainingJson(items),
    trainingParquet: parquet,
    benchmark: parquet,
    tsv: formatBenchTsv(items),
  };
  const files: Record<string, string> = {};
  for (const [key, name] of Object.entries(itemFiles)) {
    const content = contents[key as keyof typeof itemFiles];
    await writeWholeContent(folder.path(name), content);
    files[name] = sha256(typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
  await writeWholeContent(folder.path("manifest.json"), await manifestText(folder, records, files));
}

/** One line a clip: its hashes, or why it was skipped. No times and no paths, so that equal runs give equal bytes. */
async function manifestText(
  folder: DataFolder,
  records: readonly ClipRecord[],
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const clips = [];
  for (const record of records) {
    if (record.status === "skipped") {
      clips.push(record);
      continue;
    }
    const { id, status, scene, notes } = record;
    const video = sha256(await readFile(folder.videoPath(id)));
    const clues = sha256(await readFile(folder.cluesPath(id)));
    const questions = record.candidates.length + record.items.length;
    clips.push({ id, status, scene, video, clues, questions, ...(notes.length === 0 ? {} : { notes }) });
  }
  return `${JSON.stringify({ format: dataFormat, formatVersion: 1, files, clips }, undefined, 1)}\n`;
}
