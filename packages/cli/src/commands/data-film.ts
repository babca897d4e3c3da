import { Command } from "commander";
import { filmClips } from "@dsr/trainer/clips";
import { voxelSceneFactory } from "@dsr/voxel-world";
import { examples } from "../examples.js";
import { integer } from "../parsers.js";

interface Options {
  readonly clips: number;
  readonly seed: string;
  readonly samples: number;
  readonly out: string;
  readonly json?: true;
}

/** `dsr data film`: clips of the embedded world with dense labels, for the training recipes. */
export function dataFilmCommand(): Command {
  return new Command("film")
    .description(
      "film clips of the embedded world with exact depth, masks and clues, for training; goes on where it stopped",
    )
    .option("--clips <n>", "clips the store shall have", integer(1), 1000)
    .option("--seed <text>", "the same seed films the same clips", "train")
    .option(
      "--samples <n>",
      "sampled frames of a clip, of which the last two are kept from models",
      integer(6, 512),
      18,
    )
    .requiredOption("--out <folder>", "folder of the store")
    .option("--json", "print the result as one JSON object")
    .addHelpText(
      "after",
      examples("dsr data film --clips 1000 --out data/clips", "dsr data film --clips 2000 --out data/clips"),
    )
    .action(film);
}

async function film({ json, ...options }: Options): Promise<void> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once("SIGINT", interrupt);
  const start = performance.now();
  let first: number | undefined;
  const onClip = (done: number): void => {
    first ??= done;
    const perClip = (performance.now() - start) / 1000 / (done - first + 1);
    if (done % 20 === 0) process.stderr.write(`${done} of ${options.clips} clips, ${perClip.toFixed(2)} s a clip\n`);
  };
  const clips = await filmClips(voxelSceneFactory, { ...options, onClip, signal: stop.signal }).finally(() =>
    process.off("SIGINT", interrupt),
  );
  console.log(json ? JSON.stringify({ out: options.out, clips }) : `${options.out}: ${clips} clips`);
}
