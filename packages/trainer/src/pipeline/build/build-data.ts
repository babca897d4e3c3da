// From a source of clips to a finished data folder, in steps that can be stopped anywhere and gone on with.
// Knows nothing about any source; a killed run loses the clip it was making.
import { type Dialect, LetterDraw, type QuestionItem, withLetter } from "@dsr/dsr-core/questions";
import { createRandom, type Seed, seedText } from "@dsr/env-bridge";
import type { Json } from "../../checkpoints/manifest.js";
import type { ClueSource } from "../clue-source.js";
import type { Generator } from "../generate/generator.js";
import { chooseItems, type OptionRule } from "./choose-items.js";
import { type ClipRecord, DataFolder } from "./data-folder.js";
import { makeClips } from "./make-clips.js";
import { writeItems } from "./write-items.js";

/** A whole build. */
export interface BuildDataOptions {
  readonly out: string;
  readonly source: ClueSource;
  readonly generators: readonly Generator[];
  readonly videos: number;
  /** Items wanted, over all clips. */
  readonly qas: number;
  readonly seed: Seed;
  readonly rule: OptionRule;
  readonly dialect: Dialect;
  readonly resume: boolean;
  readonly onClip?: (record: ClipRecord, done: number, isNew: boolean) => void;
  /** Milliseconds, for the rates in the result alone. */
  readonly now: () => number;
  readonly signal?: AbortSignal;
}

/** What came out, with the rates of this run (neither clips that were already done nor their share of items count). */
export interface BuildDataResult {
  readonly out: string;
  readonly videos: number;
  readonly skipped: number;
  readonly items: number;
  readonly videosPerSecond: number;
  readonly qasPerSecond: number;
}

/** Builds or goes on building. @throws CoreInputError for a folder with other settings; CoreError when the disk fails */
export async function buildData(options: BuildDataOptions): Promise<BuildDataResult> {
  const { out, now, onClip } = options;
  const folder = new DataFolder(out);
  await folder.begin(settingsOf(options), options.resume);
  const start = now();
  let made = 0;
  const records = await makeClips({
    ...options,
    folder,
    onClip: (record, done, isNew) => {
      if (isNew) made++;
      onClip?.(record, done, isNew);
    },
  });
  const clipSeconds = Math.max(1e-3, (now() - start) / 1000);
  const items = finishedItems(records, options);
  await writeItems(folder, items, records);
  const seconds = Math.max(1e-3, (now() - start) / 1000);
  return {
    out,
    videos: records.length,
    skipped: records.filter(({ status }) => status === "skipped").length,
    items: items.length,
    videosPerSecond: made / clipSeconds,
    qasPerSecond: (items.length * made) / records.length / seconds,
  };
}

/** Items that came with their options first, then template items up to the number wanted. */
function finishedItems(records: readonly ClipRecord[], options: BuildDataOptions): readonly QuestionItem[] {
  const { qas, seed, rule, dialect } = options;
  const done = records.filter((record) => record.status === "done");
  const random = createRandom(seed, "options");
  const letterDraw = new LetterDraw(createRandom(seed, "letters"));
  const given = done
    .flatMap((record) => record.items)
    .slice(0, qas)
    .map((item) => withLetter(item, letterDraw.next()));
  const candidates = done.flatMap((record) => record.candidates);
  return [...given, ...chooseItems(candidates, { wanted: qas - given.length, rule, dialect, random })];
}

/** What decides the bytes of the folder, and nothing else. */
function settingsOf({ source, generators, videos, qas, seed, rule, dialect }: BuildDataOptions): Json {
  return {
    format: "dsr.data-settings",
    formatVersion: 1,
    seed: seedText(seed),
    videos,
    qas,
    options: rule,
    dialect,
    source: { name: source.name, ...source.settings },
    generators: generators.map(({ name, settings }) => ({ name, ...settings })),
  };
}
