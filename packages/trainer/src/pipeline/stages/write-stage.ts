// The last stage: from the records of a data folder and the reviewers' decisions to the official files.
// Knows nothing about videos and models; running it again gives the same bytes.
import { readFile } from "node:fs/promises";
import { CoreInputError } from "@dsr/dsr-core/errors";
import { type Dialect, dialects, type QuestionItem } from "@dsr/dsr-core/questions";
import { type Seed, seedText } from "@dsr/env-bridge";
import { z } from "zod";
import { finishedItems } from "../build/build-data.js";
import { type OptionRule, optionRules } from "../build/choose-items.js";
import { type ClipRecord, DataFolder } from "../build/data-folder.js";
import { writeWholeContent } from "../../files/whole-files.js";
import { writeItems } from "../build/write-items.js";
import { applyDecisions, readDecisions } from "../review/decisions.js";
import { videoRecords } from "./video-states.js";

/** What is written. In a folder that `dsr data build` made, its own settings hold. */
export interface WriteStageOptions {
  readonly out: string;
  /** Items at most. */
  readonly qas: number;
  readonly seed: Seed;
  readonly rule: OptionRule;
  readonly dialect: Dialect;
  /** Leave out what no person has accepted or edited. */
  readonly onlyReviewed?: boolean;
}

/** What came out. */
export interface WriteStageResult {
  readonly out: string;
  readonly items: number;
  readonly videos: number;
  readonly skipped: number;
  /** Items before review. */
  readonly chosen: number;
}

/** Chooses items, applies the decisions and writes every official file. @throws CoreInputError without records to write */
export async function writeStage(options: WriteStageOptions): Promise<WriteStageResult> {
  const folder = new DataFolder(options.out);
  const { qas, seed, rule, dialect } = options;
  const built = await builtRun(folder);
  const records = built?.records ?? (await videoRecords(options.out));
  if (built === undefined) await writeSettings(folder, { qas, seed: seedText(seed), options: rule, dialect });
  const chosen = finishedItems(records, built?.settings ?? { qas, seed, rule, dialect });
  const items = applyDecisions(chosen, await readDecisions(options.out), {
    onlyReviewed: options.onlyReviewed === true,
  });
  await writeItems(folder, items, records);
  const skipped = records.filter(({ status }) => status === "skipped").length;
  return { out: options.out, items: items.length, videos: records.length - skipped, skipped, chosen: chosen.length };
}

/**
 * The items of a written folder as they were before anybody reviewed them.
 * @throws CoreInputError when nothing was written yet
 */
export async function chosenItems(out: string): Promise<readonly QuestionItem[]> {
  const folder = new DataFolder(out);
  const built = await builtRun(folder);
  if (built !== undefined) return finishedItems(built.records, built.settings);
  const text = await readFile(folder.path(...settingsPath), "utf8").catch(() => {
    throw new CoreInputError(`data folder ${out}: expected a written one, found none; run dsr data write first`);
  });
  return finishedItems(await videoRecords(out), settingsOf(text));
}

/** Where a folder made in stages keeps what it was written with. */
const settingsPath = ["stages", "write.json"] as const;

async function writeSettings(folder: DataFolder, settings: z.input<typeof settingsSchema>): Promise<void> {
  await writeWholeContent(folder.path(...settingsPath), `${JSON.stringify(settings)}\n`);
}

const settingsSchema = z.looseObject({
  seed: z.string(),
  qas: z.number().int(),
  options: z.enum(optionRules),
  dialect: z.enum(dialects),
});
const manifestSchema = z.looseObject({ clips: z.array(z.looseObject({ id: z.string() })) });

type ChoiceSettings = Pick<WriteStageOptions, "seed" | "qas" | "rule" | "dialect">;

interface BuiltRun {
  readonly records: readonly ClipRecord[];
  readonly settings: ChoiceSettings;
}

/** Settings and records of a folder that `dsr data build` made in one go; undefined for one made in stages. */
async function builtRun(folder: DataFolder): Promise<BuiltRun | undefined> {
  const text = await readFile(folder.path("settings.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const settings = settingsOf(text);
  const manifest = await readFile(folder.path("manifest.json"), "utf8").catch(() => {
    throw new CoreInputError(`data folder ${folder.root}: expected a finished build, found one without manifest.json`);
  });
  const records: ClipRecord[] = [];
  for (const { id } of manifestSchema.parse(JSON.parse(manifest)).clips) {
    const record = await folder.record(id);
    if (record === undefined)
      throw new CoreInputError(`data folder ${folder.root}: expected a record of '${id}', found none`);
    records.push(record);
  }
  return { records, settings };
}

function settingsOf(text: string): ChoiceSettings {
  const { seed, qas, options: rule, dialect } = settingsSchema.parse(JSON.parse(text));
  return { seed, qas, rule, dialect };
}
