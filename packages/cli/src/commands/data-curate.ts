import { Command } from "commander";
import {
  type CatalogueItem,
  curateStage,
  defaultCurateOptions,
  type LanguageModel,
  plannedPrompts,
  readCatalogue,
  writeStates,
} from "@dsr/trainer/pipeline";
import { examples } from "../examples.js";
import { addLanguageOptions, describeUsage, languageModel, type LanguageOptions } from "../language-options.js";
import { integer, positive } from "../parsers.js";
import { countStates, describeStates, reportRecord } from "../stage-runs.js";
import { stoppable } from "../stoppable.js";

/** Options of curation, shared with the command that runs all stages. */
export interface CurateCommandOptions extends LanguageOptions {
  readonly captions?: string;
  readonly visionServer?: string;
  readonly visionModel?: string;
  readonly minSeconds: number;
  readonly maxSeconds: number;
  readonly shownFrames: number;
}

interface Options extends CurateCommandOptions {
  readonly out: string;
  readonly resume?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/** Adds the options of curation but those of the language model. */
export function addCurateOptions(command: Command): Command {
  const { duration, shownFrames } = defaultCurateOptions;
  return command
    .option(
      "--captions <file>",
      "captions by videoID: CSV, TSV, JSON or JSONL (default: captions.* or <name>.txt there)",
    )
    .option("--vision-model <name>", "model that looks at each video: a second motion filter, and the scene's category")
    .option("--vision-server <url>", "its server (default: --server)")
    .option("--min-seconds <s>", "shortest video", positive, duration.least)
    .option("--max-seconds <s>", "longest video", positive, duration.most)
    .option("--shown-frames <n>", "frames shown to the model that looks", integer(1, 256), shownFrames);
}

/** `dsr data curate`: the first stage. */
export function dataCurateCommand(): Command {
  const command = new Command("curate")
    .description("keep the videos of a folder that show motion, and list what is in them (Figure 7 of the paper)")
    .argument("<videos>", "folder of videos with captions")
    .requiredOption("--out <folder>", "data folder to write");
  return addLanguageOptions(addCurateOptions(command))
    .option("--dry-run", "print what would be asked, and ask nothing")
    .option("--resume", "go on with the folder; items that failed are tried again")
    .option("--json", "print the result as one JSON object")
    .addHelpText(
      "after",
      examples(
        "dsr data curate videos --out data/b --server http://127.0.0.1:8000/v1 --server-model deepseek-r1",
        "dsr data curate videos --out data/b --server … --server-model … --vision-model qwen2.5-vl-72b --resume",
      ),
    )
    .action(curate);
}

async function curate(videos: string, options: Options): Promise<void> {
  const items = await readCatalogue(videos, options.captions);
  if (options.dryRun) return printPlan(items, options.visionModel !== undefined);
  const models = curateModels(options);
  await stoppable((signal) => runCurate(items, { ...options, ...models, signal }));
  const states = await writeStates(options.out);
  const usages = [models.language, ...(models.vision === undefined ? [] : [models.vision])].map((model) =>
    model.usage(),
  );
  if (options.json) console.log(JSON.stringify({ out: options.out, states: countStates(states), usages }));
  else console.log([describeStates(states), ...usages.map(describeUsage)].join("\n"));
}

/** The models that the options name. */
export function curateModels(options: CurateCommandOptions): {
  readonly language: LanguageModel;
  readonly vision: LanguageModel | undefined;
} {
  const { visionModel, visionServer, server } = options;
  const seeing = visionServer ?? server;
  const vision =
    visionModel === undefined
      ? undefined
      : languageModel({ ...options, serverModel: visionModel, ...(seeing === undefined ? {} : { server: seeing }) });
  return { language: languageModel(options), vision };
}

interface CurateRun extends CurateCommandOptions {
  readonly out: string;
  readonly resume?: true;
  readonly language: LanguageModel;
  readonly vision: LanguageModel | undefined;
  readonly signal: AbortSignal;
}

/** Runs the stage with the command's options. */
export async function runCurate(items: readonly CatalogueItem[], run: CurateRun): Promise<void> {
  const { language, vision, minSeconds, maxSeconds, shownFrames, attempts, out, concurrency, signal } = run;
  await curateStage(
    items,
    { language, vision, duration: { least: minSeconds, most: maxSeconds }, shownFrames, attempts },
    { out, concurrency, resume: run.resume === true, signal, onRecord: reportRecord("curate") },
  );
}

function printPlan(items: readonly CatalogueItem[], looks: boolean): void {
  const prompts = items.flatMap((item) => plannedPrompts(item, looks).map(({ text }) => ({ id: item.id, text })));
  for (const { id, text } of prompts) console.log(`${id}: ${text}\n`);
  const characters = prompts.reduce((sum, { text }) => sum + text.length, 0);
  console.log(
    `${prompts.length} requests at most for ${items.length} videos, about ${Math.ceil(characters / 4)} tokens of text`,
  );
}
