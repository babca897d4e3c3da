import { Command } from "commander";
import { type DeviceName, deviceNames } from "@dsr/dsr-core/runtime";
import {
  closePerceivers,
  defaultExtractOptions,
  extractStage,
  openPerceivers,
  writeStates,
} from "@dsr/trainer/pipeline";
import { examples } from "../examples.js";
import { integer, positive } from "../parsers.js";
import { countStates, describeStates, reportRecord } from "../stage-runs.js";
import { stoppable } from "../stoppable.js";
import { Option } from "commander";

/** Options of extraction, shared with the command that runs all stages. */
export interface ExtractCommandOptions {
  readonly models?: string;
  readonly device: DeviceName;
  readonly frames: number;
  readonly framesPerSecond?: number;
  readonly detections: number;
  readonly threads?: number;
}

interface Options extends ExtractCommandOptions {
  readonly models: string;
  readonly resume?: true;
  readonly json?: true;
}

/** Adds the options of extraction. */
export function addExtractOptions(command: Command): Command {
  return command
    .addOption(new Option("--device <name>", "where models run").choices(deviceNames).default("auto"))
    .option("--threads <n>", "threads for one operator (default: all)", integer(1, 1024))
    .option("--frames <n>", "frames to sample evenly (DSR-Train)", integer(6, 1024), 32)
    .option("--frames-per-second <n>", "frames a second in place of --frames (DSR-Bench: 1)", positive)
    .option(
      "--detections <n>",
      "frames in which objects are looked for",
      integer(1, 64),
      defaultExtractOptions.detections,
    );
}

/** `dsr data extract`: the second stage. */
export function dataExtractCommand(): Command {
  const command = new Command("extract")
    .description("find cameras, objects and orientations in curated videos with four ONNX models")
    .argument("<folder>", "data folder that was curated")
    .requiredOption("--models <folder>", "folder of π³, GroundingDINO, SAM2 and Orient Anything (docs/guides/data.md)");
  return addExtractOptions(command)
    .option("--resume", "go on with the folder")
    .option("--json", "print the result as one JSON object")
    .addHelpText(
      "after",
      examples(
        "dsr data extract data/b --models models/vision",
        "dsr data extract data/b --models models/vision --resume",
      ),
    )
    .action(async (folder: string, options: Options) => {
      await stoppable((signal) => runExtract(folder, { ...options, signal }));
      const states = await writeStates(folder);
      console.log(options.json ? JSON.stringify({ out: folder, states: countStates(states) }) : describeStates(states));
    });
}

interface ExtractRun extends ExtractCommandOptions {
  readonly models: string;
  readonly resume?: true;
  readonly signal: AbortSignal;
}

/** Runs the stage with the command's options, one video at a time: the models take all threads anyway. */
export async function runExtract(out: string, run: ExtractRun): Promise<void> {
  const { models, device, threads, frames, framesPerSecond, detections, signal } = run;
  const perceivers = await openPerceivers(models, { device, ...(threads === undefined ? {} : { threads }) });
  const sampling = framesPerSecond === undefined ? { frames } : { framesPerSecond };
  try {
    await extractStage(
      { perceivers, sampling, extract: { ...defaultExtractOptions, detections } },
      { out, concurrency: 1, resume: run.resume === true, signal, onRecord: reportRecord("extract") },
    );
  } finally {
    await closePerceivers(perceivers);
  }
}
