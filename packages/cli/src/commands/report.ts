import { Command } from "commander";
import { writeReport } from "@dsr/agent";
import { examples } from "../examples.js";

interface Options {
  readonly out: string;
  readonly json?: true;
}

/** `dsr report`: one HTML file from the folders of one or more evaluations. */
export function reportCommand(): Command {
  return new Command("report")
    .description("write one self-contained HTML report from evaluation folders")
    .argument("<folder...>", "folders that hold a summary.json")
    .option("--out <file>", "the report", "report.html")
    .option("--json", "print one JSON object with the path")
    .addHelpText("after", examples("dsr report runs/demo/expert runs/demo/random --out comparison.html"))
    .action(async (folders: readonly string[], options: Options) => {
      await writeReport({ runs: folders, out: options.out });
      console.log(options.json ? JSON.stringify({ report: options.out }) : `report  ${options.out}`);
    });
}
