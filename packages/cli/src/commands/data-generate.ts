import { Command, Option } from "commander";
import { createRandom } from "@dsr/env-bridge";
import { type Dialect, dialects } from "@dsr/dsr-core/questions";
import {
  defaultFreeFormOptions,
  drawFreeFormPlans,
  freeFormGenerator,
  type Generator,
  generateStage,
  type LanguageModel,
  readClues,
  templateGenerator,
  videoStates,
  writeStates,
} from "@dsr/trainer/pipeline";
import { examples } from "../examples.js";
import { addLanguageOptions, describeUsage, languageModel, type LanguageOptions } from "../language-options.js";
import { integer, positive } from "../parsers.js";
import { countStates, describeStates, reportRecord } from "../stage-runs.js";
import { stoppable } from "../stoppable.js";

/** Options of generation, shared with the command that runs all stages. */
export interface GenerateCommandOptions extends LanguageOptions {
  readonly perClip: number;
  readonly freeForm: number;
  readonly hiddenFrames: number;
}

interface Options extends GenerateCommandOptions {
  readonly seed: string;
  readonly dialect: Dialect;
  readonly margin: number;
  readonly resume?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/** Adds the options of generation that no other stage has. */
export function addGenerateOptions(command: Command): Command {
  return command
    .option("--per-clip <n>", "template questions to draw from each video; like ones are grouped later", integer(0), 96)
    .option(
      "--free-form <n>",
      "questions of a language model for each video (0: none)",
      integer(0),
      defaultFreeFormOptions.perClip,
    )
    .option(
      "--hidden-frames <n>",
      "sampled frames at the end that models must not see",
      integer(0, 64),
      defaultFreeFormOptions.hiddenFrames,
    );
}

/** `dsr data generate`: the third stage. */
export function dataGenerateCommand(): Command {
  const command = new Command("generate")
    .description("draw template questions, and have a language model word free-form ones (Figure 8 of the paper)")
    .argument("<folder>", "data folder with extracted clues");
  return addLanguageOptions(addGenerateOptions(command))
    .option("--seed <text>", "the same seed and replies give the same bytes", "0")
    .addOption(new Option("--dialect <name>", "rules and wording of answers").choices(dialects).default("paper"))
    .option("--margin <share>", "least shift of every threshold that an answer must survive", positive, 0.1)
    .option("--dry-run", "print what would be asked, and ask nothing")
    .option("--resume", "go on with the folder; items that failed are tried again")
    .option("--json", "print the result as one JSON object")
    .addHelpText(
      "after",
      examples(
        "dsr data generate data/b --free-form 0",
        "dsr data generate data/b --seed 1 --server http://127.0.0.1:8000/v1 --server-model deepseek-r1",
      ),
    )
    .action(generate);
}

async function generate(folder: string, options: Options): Promise<void> {
  if (options.dryRun) return printPlan(folder, options);
  const model = options.freeForm === 0 ? undefined : languageModel(options);
  await stoppable((signal) => runGenerate(folder, { ...options, model, signal }));
  const states = await writeStates(folder);
  const usage = model?.usage();
  if (options.json)
    console.log(
      JSON.stringify({ out: folder, states: countStates(states), usages: usage === undefined ? [] : [usage] }),
    );
  else console.log([describeStates(states), ...(usage === undefined ? [] : [describeUsage(usage)])].join("\n"));
}

interface GenerateRun extends Omit<GenerateCommandOptions, keyof LanguageOptions> {
  readonly seed: string;
  readonly dialect: Dialect;
  readonly margin: number;
  readonly attempts: number;
  readonly concurrency: number;
  readonly resume?: true;
  readonly model: LanguageModel | undefined;
  readonly signal: AbortSignal;
}

/** Runs the stage with the command's options. */
export async function runGenerate(out: string, run: GenerateRun): Promise<void> {
  const { perClip, freeForm, hiddenFrames, seed, dialect, margin, attempts, concurrency, model, signal } = run;
  const generators: Generator[] = [];
  if (perClip > 0)
    generators.push(templateGenerator({ dialect, perClip, leastMargin: margin, plan: { hiddenFrames } }));
  if (model !== undefined)
    generators.push(
      freeFormGenerator({ ...defaultFreeFormOptions, model, dialect, perClip: freeForm, attempts, hiddenFrames }),
    );
  await generateStage(
    { generators, seed, hiddenFrames },
    { out, concurrency, resume: run.resume === true, signal, onRecord: reportRecord("generate") },
  );
}

/** The prompts of the first replies; the random stream is the stage's own, so these are the very ones. */
async function printPlan(folder: string, { seed, freeForm, hiddenFrames, attempts, dialect }: Options): Promise<void> {
  let [count, characters] = [0, 0];
  for (const { id, stage, status } of await videoStates(folder)) {
    if (status !== "done" || stage === "curate" || freeForm === 0) continue;
    const clues = await readClues(folder, id);
    const random = createRandom(seed, "questions", id, "free-form");
    const options = { ...defaultFreeFormOptions, perClip: freeForm, hiddenFrames, attempts, dialect };
    for (const { prompt } of drawFreeFormPlans(clues, random, options)) {
      console.log(`${id}: ${prompt}\n`);
      count += 1;
      characters += prompt.length;
    }
  }
  console.log(`${count} requests at least, about ${Math.ceil(characters / 4)} tokens of text`);
}
