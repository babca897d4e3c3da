// The commands that make and look at data, apart from the others because they load what only they need.
import type { Command } from "commander";
import { dataBuildCommand } from "./commands/data-build.js";
import { dataDemonstrationsCommand } from "./commands/data-demonstrations.js";
import { dataFilmCommand } from "./commands/data-film.js";
import { dataMinerlCommand } from "./commands/data-minerl.js";
import { dataStatsCommand } from "./commands/data-stats.js";

export function dataCommands(): readonly Command[] {
  return [dataBuildCommand(), dataStatsCommand(), dataFilmCommand(), dataDemonstrationsCommand(), dataMinerlCommand()];
}
