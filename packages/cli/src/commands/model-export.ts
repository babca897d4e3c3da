import { Command } from "commander";
import { exportTrained } from "@dsr/trainer/recipes";
import { examples } from "../examples.js";

interface Options {
  readonly geometry?: string;
  readonly force?: true;
}

/** `dsr model export`: a training run as a checkpoint folder. */
export function modelExportCommand(): Command {
  return new Command("export")
    .description(
      "write the model of a dsr-small or agent-bc run as a checkpoint folder: config, tokenizer, float16 weights",
    )
    .argument("<run>", "folder of the run")
    .argument("<out>", "folder to make")
    .option("--geometry <run>", "folder of the dsr-geometry run whose encoders it uses (dsr-small needs it)")
    .option("--force", "replace what is in <out>")
    .addHelpText(
      "after",
      examples(
        "dsr model export runs/dsr-small runs/dsr-small-model --geometry runs/dsr-geometry",
        "dsr model convert runs/dsr-small-model models/dsr-small --precision fp16",
        "dsr model export runs/agent runs/agent-model",
      ),
    )
    .action(async (run: string, target: string, { geometry, force }: Options) => {
      await exportTrained({
        ...{ run, target },
        ...(geometry === undefined ? {} : { geometry }),
        ...(force === true ? { force } : {}),
      });
      console.log(`${target}: the model of ${run}`);
    });
}
