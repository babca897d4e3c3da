// The commands that look at videos, apart from the others because loading ONNX Runtime takes a while.
import type { Command } from "commander";
import { askCommand } from "./commands/ask.js";
import { benchmarkCommand } from "./commands/benchmark.js";
import { perfAgentCommand } from "./commands/perf-agent.js";
import { perfPerceiveCommand } from "./commands/perf-perceive.js";

export interface PerceptionCommands {
  readonly ask: Command;
  readonly benchmark: Command;
  readonly perf: readonly Command[];
}

export function perceptionCommands(): PerceptionCommands {
  return { ask: askCommand(), benchmark: benchmarkCommand(), perf: [perfPerceiveCommand(), perfAgentCommand()] };
}
