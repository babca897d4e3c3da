import { Command } from "commander";
import { exportSmallModel } from "@dsr/trainer/recipes";
import { examples } from "../examples.js";

interface Options {
  readonly geometry: string;
  readonly force?: true;
}

/** `dsr model export`: a training run as a checkpoint folder. */
export function modelExportCommand(): Command {
  return new Command("export")
    .description("write the model of a dsr-small run as a checkpoint folder: config, tokenizer, float16 weights")
    .argument("<run>", "folder of the run")
    .argument("<out>", "folder to make")
    .requiredOption("--geometry <run>", "folder of the dsr-geometry run whose encoders it uses")
    .option("--force", "replace what is in <out>")
    .addHelpText(
      "after",
      examples(
        "dsr model export runs/dsr-small runs/dsr-small-model --geometry runs/dsr-geometry",
        "dsr model convert runs/dsr-small-model models/dsr-small --precision fp16",
      ),
    )
    .action(async (run: string, target: string, { geometry, force }: Options) => {
      await exportSmallModel({ run, geometry, target, ...(force === true ? { force } : {}) });
      console.log(`${target}: the model of ${run}`);
    });
}
