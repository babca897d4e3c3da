// The commands that make and look at data, apart from the others because they load what only they need.
import type { Command } from "commander";
import { dataBuildCommand } from "./commands/data-build.js";
import { dataCurateCommand } from "./commands/data-curate.js";
import { dataExportCommand } from "./commands/data-export.js";
import { dataExtractCommand } from "./commands/data-extract.js";
import { dataGenerateCommand } from "./commands/data-generate.js";
import { dataDemonstrationsCommand } from "./commands/data-demonstrations.js";
import { dataFilmCommand } from "./commands/data-film.js";
import { dataMinerlCommand } from "./commands/data-minerl.js";
import { dataReviewCommand } from "./commands/data-review.js";
import { dataStatsCommand } from "./commands/data-stats.js";
import { dataWriteCommand } from "./commands/data-write.js";

export function dataCommands(): readonly Command[] {
  return [
    dataBuildCommand(),
    dataCurateCommand(),
    dataExtractCommand(),
    dataGenerateCommand(),
    dataWriteCommand(),
    dataReviewCommand(),
    dataStatsCommand(),
    dataFilmCommand(),
    dataDemonstrationsCommand(),
    dataExportCommand(),
    dataMinerlCommand(),
  ];
}
