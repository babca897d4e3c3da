import { Command } from "commander";
import { findSuite, suites } from "@dsr/agent";
import { InputError } from "@dsr/env-bridge";
import { importDemonstrations, recordDemonstrations } from "@dsr/trainer/demonstrations";
import { createExpert, voxelWorldFactory } from "@dsr/voxel-world";
import { examples } from "../examples.js";
import { imageSize, integer, list, nonNegative } from "../parsers.js";

interface Options {
  readonly suite?: readonly string[];
  readonly task?: readonly string[];
  readonly episodes: number;
  readonly seed: string;
  readonly image: readonly [number, number];
  readonly every: number;
  readonly noise: number;
  readonly maxSteps: number;
  readonly from?: string;
  readonly prompt?: string;
  readonly out: string;
  readonly json?: true;
}

/** `dsr data demonstrations`: the scripted expert shows how it is done, disturbed now and then. */
export function dataDemonstrationsCommand(): Command {
  return new Command("demonstrations")
    .description(
      "record the scripted expert, with noise and its recovery, for training agents; goes on where it stopped",
    )
    .option("--suite <name>", `suite of tasks, repeatable: ${suites.map((suite) => suite.name).join(", ")}`, list)
    .option("--task <id>", "further task, repeatable (see: dsr env tasks)", list)
    .option("--episodes <n>", "episodes played of each task; those without success are left out", integer(1), 100)
    .option("--seed <text>", "another one than evaluations use, which are 0, 1, 2, …", "demonstrations")
    .option("--image <HxW>", "height and width of the pictures", imageSize, [64, 96] as const)
    .option("--every <n>", "steps from one kept picture to the next", integer(1, 100), 2)
    .option("--noise <rate>", "chance that a disturbance begins at a step", nonNegative, 0.05)
    .option("--max-steps <n>", "steps an episode at the most", integer(1), 500)
    .option("--from <folder>", "take recordings (MineRL v0.4, VPT, BASALT, dsr agent run --record) instead of playing")
    .option("--prompt <text>", "the task in words, for recordings that do not say")
    .requiredOption("--out <folder>", "folder of the store")
    .option("--json", "print the result as one JSON object")
    .addHelpText(
      "after",
      examples(
        "dsr data demonstrations --suite animals --suite hostiles --episodes 100 --out data/demonstrations",
        'dsr data demonstrations --from data/MineRLObtain --prompt "obtain a diamond" --out data/human',
      ),
    )
    .action(record);
}

/** Degrees between camera bins of what is recorded: MineDojo's own. */
const cameraInterval = 15;

async function record(options: Options): Promise<void> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once("SIGINT", interrupt);
  const work = options.from === undefined ? play(options, stop.signal) : take(options, options.from, stop.signal);
  const episodes = await work.finally(() => process.off("SIGINT", interrupt));
  const { out, json } = options;
  console.log(json ? JSON.stringify({ out, episodes }) : `${out}: ${episodes} episodes`);
}

async function play({ suite = [], task = [], ...options }: Options, signal: AbortSignal): Promise<number> {
  const tasks = [...new Set([...suite.flatMap((name) => findSuite(name).tasks), ...task])];
  if (tasks.length === 0) throw new InputError("demonstrations: expected --suite, --task or --from, found none");
  return recordDemonstrations(voxelWorldFactory, createExpert, {
    ...{ ...options, tasks, cameraInterval, signal },
    onEpisode: ({ played, total, kept }) => {
      if (played % 20 === 0) process.stderr.write(`${played} of ${total} episodes played, ${kept} kept\n`);
    },
  });
}

function take({ out, image, every, prompt }: Options, from: string, signal: AbortSignal): Promise<number> {
  return importDemonstrations({
    ...{ from, out, image, every, prompt, cameraInterval, signal },
    onSkipped: ({ path, reason }) => void process.stderr.write(`${path}: left out: ${reason}\n`),
  });
}
