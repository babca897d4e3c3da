import { Command, Option } from "commander";
import { type Dialect, dialects } from "@dsr/dsr-core/questions";
import { type OptionRule, optionRules, writeStage, type WriteStageResult } from "@dsr/trainer/pipeline";
import { examples } from "../examples.js";
import { integer } from "../parsers.js";

interface Options {
  readonly qas: number;
  readonly seed: string;
  readonly options: OptionRule;
  readonly dialect: Dialect;
  readonly onlyReviewed?: true;
  readonly json?: true;
}

/** `dsr data write`: the last stage, and the way reviewers' decisions take effect. */
export function dataWriteCommand(): Command {
  return new Command("write")
    .description("choose questions, find their wrong options, apply reviewers' decisions, write the official files")
    .argument("<folder>", "data folder with generated questions, or one that dsr data build made")
    .option("--qas <n>", "questions to write at most (a built folder keeps its own settings)", integer(1), 5000)
    .option("--seed <text>", "the same seed gives the same bytes", "0")
    .addOption(new Option("--options <rule>", "how wrong options are found").choices(optionRules).default("balanced"))
    .addOption(new Option("--dialect <name>", "wording of answers").choices(dialects).default("paper"))
    .option("--only-reviewed", "leave out what no person has accepted or edited")
    .option("--json", "print the result as one JSON object")
    .addHelpText(
      "after",
      examples("dsr data write data/b --qas 2000 --seed 1", "dsr data write data/b --only-reviewed"),
    )
    .action(async (folder: string, { qas, seed, options: rule, dialect, onlyReviewed, json }: Options) => {
      const result = await writeStage({ out: folder, qas, seed, rule, dialect, onlyReviewed: onlyReviewed === true });
      console.log(json ? JSON.stringify(result) : describeWritten(result));
    });
}

/** What was written, in words. */
export function describeWritten({ out, items, chosen, videos, skipped }: WriteStageResult): string {
  const reviewed = chosen === items ? "" : ` (${chosen} before review)`;
  return `${items} questions${reviewed} on ${videos} videos, ${skipped} skipped\nwritten to ${out}`;
}
