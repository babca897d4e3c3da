import { Command, Option } from "commander";
import { type NullRule, exportConversations, findDemonstrations, nullRules } from "@dsr/trainer/minerl";
import { examples } from "../examples.js";
import { imageSize, integer, positive } from "../parsers.js";

interface Options {
  readonly for: "qwen-vl-finetune";
  readonly out: string;
  readonly frames: number;
  readonly chunk: number;
  readonly stride: number;
  readonly every: number;
  readonly cameraInterval: number;
  readonly nullActions: NullRule;
  readonly instruction?: string;
  readonly image?: readonly [number, number];
  readonly resume?: true;
  readonly json?: true;
}

/** `dsr data minerl export`: demonstrations as conversations with action tokens, and the files that start training. */
export function minerlExportCommand(): Command {
  return new Command("export")
    .description("write clips, conversations with action tokens and launch files for another training code")
    .argument("<folder>", "folder with episodes at any depth up to 4")
    .addOption(new Option("--for <code>", "training code").choices(["qwen-vl-finetune"]).default("qwen-vl-finetune"))
    .requiredOption("--out <folder>", "data folder to write; new or empty")
    .option("--frames <n>", "frames of a clip", integer(2, 512), 16)
    .option("--chunk <n>", "actions of an answer", integer(1, 64), 8)
    .option("--stride <n>", "prepared steps between two examples", integer(1), 8)
    .option("--every <n>", "merge every n steps into one", integer(1, 64), 1)
    .option("--camera-interval <degrees>", "degrees between camera bins; divides 180", positive, 15)
    .addOption(new Option("--null-actions <rule>", "which idle steps stay").choices(nullRules).default("source"))
    .option("--instruction <text>", "task of episodes that do not name theirs")
    .option("--image <HxW>", "height and width of clips (default: as recorded)", imageSize)
    .option("--resume", "go on with a folder that the same settings began")
    .option("--json", "print the result as one JSON object")
    .addHelpText("after", examples("dsr data minerl export runs/rec --for qwen-vl-finetune --out data/actions"))
    .action(exportFolder);
}

async function exportFolder(folder: string, { out, image, json, ...options }: Options): Promise<void> {
  const result = await exportConversations(await findDemonstrations(folder), out, {
    ...options,
    imageSize: image,
    onSkipped: ({ path, reason }) => process.stderr.write(`skipped ${path}: ${reason}\n`),
    onEpisode: (done, total) => void (process.stderr.isTTY && process.stderr.write(`\repisode ${done} of ${total}   `)),
  });
  const { examples: count, episodes, skipped } = result;
  console.log(
    json
      ? JSON.stringify(result)
      : `${count} examples of ${episodes} episodes written to ${out}, ${skipped.length} episodes skipped`,
  );
}
