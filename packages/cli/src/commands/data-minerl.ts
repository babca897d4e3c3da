import { Command } from "commander";
import { examples } from "../examples.js";
import { minerlExportCommand } from "./data-minerl-export.js";
import { minerlInspectCommand } from "./data-minerl-inspect.js";
import { minerlStatsCommand } from "./data-minerl-stats.js";

/** `dsr data minerl`: human demonstrations in MineRL's, VPT's and the recorder's layouts. */
export function dataMinerlCommand(): Command {
  return new Command("minerl")
    .description("read demonstrations of MineRL v0.4, VPT, BASALT and the recorder, and make training data of them")
    .addHelpText("after", examples("dsr data minerl inspect runs/rec --out runs/sheets"))
    .addCommand(minerlInspectCommand())
    .addCommand(minerlStatsCommand())
    .addCommand(minerlExportCommand());
}
