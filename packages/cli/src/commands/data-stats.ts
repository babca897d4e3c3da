import { Command } from "commander";
import { dataStatistics, type DataStatistics, plotStatistics, writeWholeContent } from "@dsr/trainer/pipeline";
import type { BlindResult } from "@dsr/dsr-core/questions";
import { examples } from "../examples.js";

interface Options {
  readonly leakage: boolean;
  readonly plot?: string;
  readonly json?: true;
}

/** `dsr data stats`: what a data folder is made of, and whether its options leak. */
export function dataStatsCommand(): Command {
  return new Command("stats")
    .description("count types, letters, scenes and clauses, and score the set by scorers that see no video")
    .argument("<folder>", "data folder of a finished build")
    .option("--no-leakage", "leave the blind scorers out (they take a while on large sets)")
    .option("--plot <file>", "write the same as an SVG picture")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      examples("dsr data stats data/a --plot data/a/stats.svg", "dsr data stats data/a --json --no-leakage"),
    )
    .action(async (folder: string, { leakage, plot, json }: Options) => {
      const statistics = await dataStatistics(folder, { leakage });
      if (plot !== undefined) await writeWholeContent(plot, plotStatistics(statistics));
      console.log(json ? JSON.stringify(statistics) : describe(statistics));
    });
}

function describe(statistics: DataStatistics): string {
  const { n, videos, leakage, byType, byLetter, byScene, clauses, margins, skipped } = statistics;
  const tables = { types: byType, letters: byLetter, scenes: byScene, clauses, margins, skipped };
  const rows = Object.entries(tables).map(([name, counts]) => `${name.padEnd(9)}${countsLine(counts)}`);
  const blind =
    leakage === null
      ? []
      : [
          `accuracy without a video, % (learned on one half, scored on the other; chance is 25)`,
          ...leakage.scorers.map(blindLine),
        ];
  return [`${n} questions on ${videos} videos`, ...rows, ...blind].join("\n");
}

function countsLine(counts: Readonly<Record<string, number>>): string {
  const cells = Object.entries(counts).map(([value, count]) => `${value} ${count}`);
  return cells.length === 0 ? "none" : cells.join("  ");
}

function blindLine({ name, overall, byType }: BlindResult): string {
  const types = Object.entries(byType).map(([type, { score }]) => `${type} ${score.toFixed(1)}`);
  return `  ${name.padEnd(10)}${overall.score.toFixed(1)}   ${types.join("  ")}`;
}
