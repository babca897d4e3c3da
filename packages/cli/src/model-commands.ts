// The commands on models, apart from the others because loading the model's definition takes a while.
import type { Command } from "commander";
import { modelCompareCommand } from "./commands/model-compare.js";
import { modelConvertCommand } from "./commands/model-convert.js";
import { modelExportCommand } from "./commands/model-export.js";
import { modelInfoCommand } from "./commands/model-info.js";
import { modelMakeRandomCommand } from "./commands/model-make-random.js";

export function modelCommands(): readonly Command[] {
  return [
    modelConvertCommand(),
    modelInfoCommand(),
    modelCompareCommand(),
    modelExportCommand(),
    modelMakeRandomCommand(),
  ];
}
