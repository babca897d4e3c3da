// All stages after each other for a folder of videos.
// Knows nothing about the embedded world.
import { CoreInputError } from "@dsr/dsr-core/errors";
import type { Dialect } from "@dsr/dsr-core/questions";
import { type OptionRule, readCatalogue, writeStage, writeStates } from "@dsr/trainer/pipeline";
import { describeUsage } from "../language-options.js";
import { countStates, describeStates } from "../stage-runs.js";
import { stoppable } from "../stoppable.js";
import { type CurateCommandOptions, curateModels, runCurate } from "./data-curate.js";
import { type ExtractCommandOptions, runExtract } from "./data-extract.js";
import { type GenerateCommandOptions, runGenerate } from "./data-generate.js";
import { describeWritten } from "./data-write.js";

/** Options of `dsr data build --source videos`. */
export interface BuildVideosOptions extends CurateCommandOptions, ExtractCommandOptions, GenerateCommandOptions {
  readonly from?: string;
  readonly out: string;
  readonly qas: number;
  readonly seed: string;
  readonly options: OptionRule;
  readonly dialect: Dialect;
  readonly margin: number;
  readonly resume?: true;
  readonly json?: true;
}

/** Curates, extracts, generates and writes. */
export async function buildFromVideos(options: BuildVideosOptions): Promise<void> {
  const { from, models, out, qas, seed, options: rule, dialect } = options;
  if (from === undefined || models === undefined)
    throw new CoreInputError("videos: expected --from <folder> and --models <folder>, found none");
  const items = await readCatalogue(from, options.captions);
  const asked = curateModels(options);
  await stoppable(async (signal) => {
    await runCurate(items, { ...options, ...asked, signal });
    await runExtract(out, { ...options, models, signal });
    await runGenerate(out, { ...options, model: options.freeForm === 0 ? undefined : asked.language, signal });
  }).finally(() => writeStates(out).catch(() => undefined));
  const written = await writeStage({ out, qas, seed, rule, dialect });
  const states = await writeStates(out);
  const usages = [asked.language, ...(asked.vision === undefined ? [] : [asked.vision])].map((model) => model.usage());
  if (options.json) console.log(JSON.stringify({ ...written, states: countStates(states), usages }));
  else console.log([describeStates(states), ...usages.map(describeUsage), describeWritten(written)].join("\n"));
}
