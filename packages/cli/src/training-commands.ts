// The commands that train and look at graphs, apart from the others because loading ONNX Runtime takes a while.
import type { Command } from "commander";
import { graphShowCommand } from "./commands/graph-show.js";
import { perfTrainCommand } from "./commands/perf-train.js";
import { trainCommand } from "./commands/train.js";

export interface TrainingCommands {
  readonly train: Command;
  readonly graph: readonly Command[];
  readonly perf: readonly Command[];
}

export function trainingCommands(): TrainingCommands {
  return {
    train: trainCommand(),
    graph: [graphShowCommand()],
    perf: [perfTrainCommand()],
  };
}
