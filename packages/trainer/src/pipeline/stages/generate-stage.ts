// The third stage: questions about every video with clues, and the part of the video that a model may see.
// Knows nothing about how the generators work.
import { readFile } from "node:fs/promises";
import { type Clues, parseClues } from "@dsr/dsr-core/geometry";
import { candidateSchema, questionItemSchema } from "@dsr/dsr-core/questions";
import { createRandom, type Seed, seedText } from "@dsr/env-bridge";
import { z } from "zod";
import { DataFolder } from "../build/data-folder.js";
import { writeWhole } from "../../files/whole-files.js";
import type { Generator } from "../generate/generator.js";
import { curateFolder, type StageRunOptions } from "./curate-stage.js";
import { cutVideo } from "./cut-video.js";
import { extractFolder, type ExtractedVideo } from "./extract-stage.js";
import { type Outcome, runStage } from "./run-stage.js";
import { type FileWriter, StageFolder, type StageRecord } from "./stage-folder.js";
import { readItemIds } from "./video-items.js";

const generatedSchema = z.strictObject({
  scene: z.string(),
  candidates: z.array(candidateSchema),
  items: z.array(questionItemSchema),
  notes: z.array(z.string()),
});
/** The questions of one video. */
export type GeneratedVideo = z.infer<typeof generatedSchema>;

/** The records of generation. */
export function generateFolder(out: string, write?: FileWriter): StageFolder<GeneratedVideo> {
  return new StageFolder(out, "generate", { result: generatedSchema, write });
}

/** Who makes questions, and how many frames at the end stay hidden. */
export interface GenerateStageOptions {
  readonly generators: readonly Generator[];
  readonly seed: Seed;
  readonly hiddenFrames: number;
}

/** Runs generation on the videos that extraction finished. */
export async function generateStage(
  { generators, seed, hiddenFrames }: GenerateStageOptions,
  options: StageRunOptions,
): Promise<readonly StageRecord<GeneratedVideo>[]> {
  const { out } = options;
  const folder = generateFolder(out, options.write);
  const ids = await readItemIds(out);
  const curated = new Map((await curateFolder(out).readAll(ids)).map((record) => [record.id, record]));
  const kept = ids.filter((id) => curated.get(id)?.status === "done");
  const extracted = new Map((await extractFolder(out).readAll(kept)).map((record) => [record.id, record]));
  const settings = {
    seed: seedText(seed),
    hiddenFrames,
    generators: generators.map(({ name, settings: own }) => ({ name, ...own })),
  };
  await folder.begin(settings, options.resume);
  return runStage({
    ...options,
    folder,
    ids: kept.filter((id) => extracted.get(id)?.status === "done"),
    work: async (id, signal) => {
      const [video, clues] = [curated.get(id), extracted.get(id)];
      if (video?.status !== "done" || clues?.status !== "done") return { dropped: "not extracted" };
      const outcome = await questionsOf(await readClues(out, id), {
        generators,
        seed,
        signal,
        scene: video.result.scene,
      });
      if (!("dropped" in outcome))
        await writeVisiblePart(out, id, { path: video.result.path, ...clues.result, hiddenFrames });
      return outcome;
    },
  });
}

/** @throws CoreInputError when the file is no clues */
export async function readClues(out: string, id: string): Promise<Clues> {
  const path = new DataFolder(out).cluesPath(id);
  return parseClues(await readFile(path, "utf8"), path);
}

interface Asking {
  readonly generators: readonly Generator[];
  readonly seed: Seed;
  readonly scene: string;
  readonly signal: AbortSignal;
}

async function questionsOf(
  clues: Clues,
  { generators, seed, scene, signal }: Asking,
): Promise<Outcome<GeneratedVideo>> {
  const made = [];
  for (const generator of generators) {
    // a stream for each generator: one that asks a server must not move the others' draws
    const random = createRandom(seed, "questions", clues.video.id, generator.name);
    made.push(await generator.generate(clues, { random, signal }));
  }
  const candidates = made.flatMap((one) => one.candidates);
  const items = made.flatMap((one) => one.items);
  const notes = made.flatMap((one) => one.notes);
  if (candidates.length + items.length === 0) return { dropped: notes[0] ?? "expected questions, found none" };
  return { result: generatedSchema.parse({ scene, candidates, items, notes }) };
}

interface VisiblePart extends ExtractedVideo {
  readonly path: string;
  readonly hiddenFrames: number;
}

async function writeVisiblePart(out: string, id: string, { path, places, hiddenFrames }: VisiblePart): Promise<void> {
  const last = places[places.length - 1 - hiddenFrames] ?? 0;
  await writeWhole(new DataFolder(out).videoPath(id), (temporary) => cutVideo(path, temporary, last));
}
