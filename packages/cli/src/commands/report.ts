import { Command, InvalidArgumentError } from "commander";
import { type Varied, writeReport } from "@dsr/agent";
import { examples } from "../examples.js";
import { successTable } from "../success-table.js";

interface Options {
  readonly out: string;
  readonly over?: Varied;
  readonly json?: true;
}

/** `dsr report`: one HTML file from the folders of one or more evaluations. */
export function reportCommand(): Command {
  return new Command("report")
    .description("write one self-contained HTML report from evaluation folders")
    .argument("<folder...>", "folders that hold a summary.json")
    .option("--out <file>", "the report", "report.html")
    .option("--over <name=n,n,…>", "draw success rates over what the runs differ in, a number a folder", varied)
    .option("--json", "print one JSON object with the path")
    .addHelpText(
      "after",
      examples(
        "dsr report runs/demo/expert runs/demo/random --out comparison.html",
        "dsr report runs/c/48/evaluation runs/c/180/evaluation --over demonstrations=48,180 --out curve.html",
      ),
    )
    .action(async (folders: readonly string[], options: Options) => {
      const { runs } = await writeReport({ runs: folders, out: options.out, over: options.over });
      if (options.json) console.log(JSON.stringify({ report: options.out }));
      else console.log(`${successTable(runs)}\nreport  ${options.out}`);
    });
}

/** Reads `demonstrations=48,180`. */
function varied(text: string): Varied {
  const match = /^([^=]+)=(\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?)*)$/u.exec(text);
  if (match === null) {
    throw new InvalidArgumentError(
      `expected a name and a number a folder, such as demonstrations=48,180, found '${text}'`,
    );
  }
  return { name: match[1] ?? "", values: (match[2] ?? "").split(",").map(Number) };
}
