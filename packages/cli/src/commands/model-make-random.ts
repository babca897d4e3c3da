import { Command } from "commander";
import { makeRandomModel, namedConfigurations } from "@dsr/dsr-core/conversion";
import { ByteProgress, readableBytes } from "../byte-progress.js";
import { examples } from "../examples.js";
import { integer } from "../parsers.js";

interface Options {
  readonly seed: number;
  readonly large?: true;
  readonly force?: true;
  readonly json?: true;
}

/** `dsr model make-random`: a checkpoint with random weights, for trying and measuring without a download. */
export function modelMakeRandomCommand(): Command {
  const names = namedConfigurations().map(({ name, description }) => `  ${name.padEnd(14)} ${description}`);
  return new Command("make-random")
    .description("write a checkpoint with random weights and a byte-level tokenizer, to try and measure things with")
    .argument("<configuration>", "name of a configuration (listed below)")
    .argument("<out>", "folder to make")
    .option("--seed <n>", "decides all weights", integer(0), 0)
    .option("--large", "write more than 4 billion parameters")
    .option("--force", "replace what is in <out>, once the new checkpoint is complete")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `\nConfigurations:\n${names.join("\n")}\n${examples("dsr model make-random tiny runs/tiny", "dsr model convert runs/tiny runs/tiny-onnx --precision fp32")}`,
    )
    .action(makeRandom);
}

async function makeRandom(name: string, target: string, { seed, large, force, json }: Options): Promise<void> {
  const progress = new ByteProgress();
  const made = await makeRandomModel({
    name,
    target,
    seed,
    ...(large === true ? { allowLarge: true } : {}),
    ...(force === true ? { force } : {}),
    onProgress: (bytes, total) => progress.show(name, bytes, total),
  }).finally(() => progress.end());
  if (json) console.log(JSON.stringify({ target, ...made }));
  else console.log(`${target}: ${(made.parameters / 1e6).toFixed(1)}M parameters, ${readableBytes(made.bytes)}`);
}
