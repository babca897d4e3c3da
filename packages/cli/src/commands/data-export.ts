import { Command, Option } from "commander";
import { exportQwenVlFinetune } from "@dsr/trainer/pipeline";
import { examples } from "../examples.js";
import { integer } from "../parsers.js";

interface Options {
  readonly for: "qwen-vl-finetune";
  readonly out: string;
  readonly model?: string;
  readonly processes?: number;
  readonly perDevice?: number;
  readonly json?: true;
}

/** `dsr data export`: a data folder for other people's training code. */
export function dataExportCommand(): Command {
  return new Command("export")
    .description("write data, launch script and DeepSpeed configuration for the released training recipe")
    .argument("<folder>", "data folder with written questions")
    .addOption(new Option("--for <code>", "who trains").choices(["qwen-vl-finetune"]).default("qwen-vl-finetune"))
    .requiredOption("--out <folder>", "new folder to write")
    .option("--model <name>", "base model, a name or a folder (default: Qwen/Qwen2.5-VL-7B-Instruct)")
    .option("--processes <n>", "processes, one a GPU (default: 8)", integer(1, 32))
    .option("--per-device <n>", "examples at once in each (default: 1)", integer(1, 32))
    .option("--json", "print the result as one JSON object")
    .addHelpText("after", examples("dsr data export data/a --for qwen-vl-finetune --out export/a --processes 8"))
    .action(async (data: string, { out, model, processes, perDevice, json }: Options) => {
      const result = await exportQwenVlFinetune({ data, out, model, processes, perDevice });
      const text = `${result.examples} examples on ${result.videos} videos\nwritten to ${out}; README.md there says how to start`;
      console.log(json ? JSON.stringify(result) : text);
    });
}
