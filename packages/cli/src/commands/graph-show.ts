import { Command } from "commander";
import { showGraph } from "@dsr/trainer";
import { examples } from "../examples.js";
import { keyValue } from "../parsers.js";

interface Options {
  readonly summary?: true;
  readonly set?: Readonly<Record<string, unknown>>;
}

/** `dsr graph show`: a graph as readable text. */
export function graphShowCommand(): Command {
  return new Command("show")
    .description("print the graph of an ONNX file, or of a recipe's training step, as readable text")
    .argument("<file or recipe>", "a path ending in .onnx, or the name of a recipe (see: dsr train --help)")
    .option("--summary", "only the counts")
    .option("--set <key=value>", "setting of the recipe, repeatable", keyValue)
    .addHelpText("after", examples("dsr graph show model.onnx", "dsr graph show char-lm --summary"))
    .action((target: string, { summary, set }: Options) => {
      console.log(showGraph(target, { summary: summary === true, settings: set ?? {} }));
    });
}
