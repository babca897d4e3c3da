import { join } from "node:path";
import { Command } from "commander";
import {
  type CameraDistribution,
  type DecisionFigures,
  type DemonstrationStatistics,
  cameraEdges,
  demonstrationStatistics,
  findDemonstrations,
  writeWhole,
} from "@dsr/trainer/minerl";
import { examples } from "../examples.js";
import { positive } from "../parsers.js";

interface Options {
  readonly out?: string;
  readonly cameraInterval: number;
  readonly json?: true;
}

/** `dsr data minerl stats`: what demonstrations are made of, and what each decision keeps of them. */
export function minerlStatsCommand(): Command {
  return new Command("stats")
    .description("count keys, turns and action classes, and say what mapping and filtering keep of them")
    .argument("<folder>", "folder with episodes at any depth up to 4")
    .option("--camera-interval <degrees>", "degrees between camera bins; divides 180", positive, 15)
    .option("--out <folder>", "write statistics.json there too")
    .option("--json", "print one JSON object")
    .addHelpText("after", examples("dsr data minerl stats runs/rec", "dsr data minerl stats data/vpt --json"))
    .action(async (folder: string, { out, cameraInterval, json }: Options) => {
      const statistics = await demonstrationStatistics(await findDemonstrations(folder), cameraInterval);
      if (out !== undefined) {
        await writeWhole(join(out, "statistics.json"), `${JSON.stringify(statistics, undefined, 2)}\n`);
      }
      console.log(json ? JSON.stringify(statistics) : describe(statistics));
      if (statistics.episodes === 0) process.exitCode = 1;
    });
}

function describe(statistics: DemonstrationStatistics): string {
  const { episodes, steps, seconds, successes, skipped, nullSteps, guiSteps, keys, camera, lost } = statistics;
  return [
    `${episodes} episodes, ${steps} steps (${seconds.toFixed(0)} s), ${successes} successes, ${skipped.length} skipped`,
    ...skipped.map(({ path, reason }) => `  skipped ${path}: ${reason}`),
    `null steps ${percent(nullSteps, steps)}, steps in menus ${percent(guiSteps, steps)}`,
    `keys held    ${cells(keys, steps)}`,
    `camera       ${cameraEdges.map((edge) => `≤${edge}°`).join("  ")}`,
    cameraLine("pitch", camera.pitch, steps),
    cameraLine("yaw", camera.yaw, steps),
    ...Object.entries(statistics.actions).map(([name, counts]) => `${name.padEnd(12)} ${cells(counts, steps)}`),
    `not sayable  ${cells(lost, steps)}`,
    "decision                     camera kept  invented  drift  presses kept  steps",
    ...statistics.decisions.map(decisionLine),
  ].join("\n");
}

function cameraLine(name: string, { still, steps, degrees }: CameraDistribution, all: number): string {
  const shares = steps.map((n) => percent(n, all)).join("  ");
  return `  ${name.padEnd(10)} ${shares}; still ${percent(still, all)}, ${degrees.toFixed(0)}° in all`;
}

function cells(counts: Readonly<Record<string, number>>, all: number): string {
  const shown = Object.entries(counts).filter(([, n]) => n > 0);
  return shown.length === 0 ? "none" : shown.map(([name, n]) => `${name} ${percent(n, all)}`).join("  ");
}

function decisionLine(figures: DecisionFigures): string {
  const { name, cameraKept, cameraInvented, largestDrift, pressesKept, stepsKept } = figures;
  return [
    name.padEnd(27),
    share(cameraKept).padStart(12),
    share(cameraInvented).padStart(9),
    `${largestDrift.toFixed(largestDrift < 100 ? 1 : 0)}°`.padStart(6),
    share(pressesKept).padStart(13),
    share(stepsKept).padStart(6),
  ].join(" ");
}

function percent(part: number, whole: number): string {
  return share(whole === 0 ? null : part / whole);
}

function share(value: number | null): string {
  return value === null ? "-" : `${(100 * value).toFixed(1)}%`;
}
