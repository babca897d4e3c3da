import { Command } from "commander";
import { measureWorld } from "@dsr/voxel-world/perf";
import { examples } from "../examples.js";
import { positive } from "../parsers.js";

interface Options {
  readonly seconds: number;
  readonly json?: true;
}

/** `dsr perf world`: steps a second of the embedded world on one core. */
export function perfWorldCommand(): Command {
  return new Command("world")
    .description("steps a second of the embedded world on one core, against a plain ray-caster in the same run")
    .option("--seconds <n>", "time to spend on each measurement", positive, 4)
    .option("--json", "print one JSON object")
    .addHelpText("after", examples("dsr perf world", "dsr perf world --seconds 2 --json"))
    .action(async (options: Options) => {
      const report = await measureWorld({ seconds: options.seconds });
      console.log(
        options.json ? JSON.stringify(report) : describe(report as unknown as Readonly<Record<string, unknown>>),
      );
    });
}

/** Every figure on a line of its own, by its JSON key. */
function describe(report: Readonly<Record<string, unknown>>, path = ""): string {
  return Object.entries(report)
    .map(([key, value]) =>
      typeof value === "object" && value !== null
        ? describe(value as Readonly<Record<string, unknown>>, `${path}${key}.`)
        : `${`${path}${key}`.padEnd(40)} ${typeof value === "number" ? Number(value.toPrecision(5)) : String(value)}`,
    )
    .join("\n");
}
