import { Command } from "commander";
import { type InspectedEpisode, type Inspection, findDemonstrations, inspectDemonstrations } from "@dsr/trainer/minerl";
import { examples } from "../examples.js";
import { integer } from "../parsers.js";

interface Options {
  readonly out?: string;
  readonly sheets: number;
  readonly json?: true;
}

/** `dsr data minerl inspect`: the episodes of a folder, one by one. */
export function minerlInspectCommand(): Command {
  return new Command("inspect")
    .description("list the episodes of a folder, say which are broken, and draw sheets that show their alignment")
    .argument("<folder>", "folder with episodes at any depth up to 4")
    .option("--out <folder>", "where to draw contact sheets (PNG); without it no video is decoded")
    .option("--sheets <n>", "episodes to draw a sheet of", integer(1), 3)
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      examples("dsr data minerl inspect runs/rec", "dsr data minerl inspect data/MineRLTreechop-v0 --out runs/sheets"),
    )
    .action(async (folder: string, { out, sheets, json }: Options) => {
      const inspection = await inspectDemonstrations(await findDemonstrations(folder), { out, sheets });
      console.log(json ? JSON.stringify(inspection) : describe(inspection));
      if (inspection.episodes.length === 0) process.exitCode = 1;
    });
}

function describe({ episodes, skipped }: Inspection): string {
  const steps = episodes.reduce((sum, episode) => sum + episode.steps, 0);
  return [
    ...episodes.map(episodeLine),
    ...skipped.map(({ path, reason }) => `skipped ${path}: ${reason}`),
    `${episodes.length} episodes, ${steps} steps, ${skipped.length} skipped`,
  ].join("\n");
}

function episodeLine(episode: InspectedEpisode): string {
  const { id, layout, steps, frameSize, frameRate, success, sheet, lag } = episode;
  const result = success === null ? "" : success ? ", success" : ", failure";
  const late = lag === null ? "alignment cannot be told from the pictures" : lag === 0 ? "aligned" : `late by ${lag}`;
  const drawn = sheet === null ? "" : `; ${late}; ${sheet}`;
  return `${id}: ${layout}, ${steps} steps, ${frameSize.join("x")} at ${frameRate}/s${result}${drawn}`;
}
